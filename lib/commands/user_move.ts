/**
 * Moves a user into a room: their client opens the room's window by itself.
 *
 * @module
 */
import { requireAbove } from "../actions/acting.ts";
import { audit, command, done, notFound } from "./command.ts";
import { argument } from "./field.ts";
import { findPerson } from "./find.ts";

export const userMove = command({
  path: ["user", "move"],
  summary: "Move an online user into a room",
  details:
    "The room's window opens on the user's screen; a voice room replaces the " +
    "one they were in. Lockword, invitation and bans do not matter.",
  examples: ['retropal user move Ann "Help Desk"'],
  fields: {
    nick: argument("NICK", "Nickname or uid."),
    room: argument("ROOM", "Number or name of the room.", { rest: true }),
  },
  role: "moderator",
  chat: { name: "move", role: "moderator", takes: ["nick", "room"] },
  needsServer: true,
  run(context, input) {
    const { live } = context;
    const account = findPerson(context.store, input.nick);
    requireAbove(context.actor, account);
    const room = live?.rooms().find((one) =>
      String(one.gid) === input.room ||
      one.name.toLowerCase() === input.room.toLowerCase()
    );
    if (room === undefined) {
      throw notFound(`There is no open room "${input.room}".`);
    }
    if (!live?.moveUser(account.uid, room.gid)) {
      throw notFound(`${account.nickname} is not online.`);
    }
    audit(context, {
      action: "user move",
      target: account.nickname,
      after: room.name,
    });
    return done(
      { uid: account.uid, gid: room.gid },
      `${account.nickname} is in ${room.name}.`,
    );
  },
});

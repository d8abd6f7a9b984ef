/**
 * Removes a user from one room.
 *
 * @module
 */
import { bounceFrom } from "../actions/bounce.ts";
import { command, done, notFound } from "./command.ts";
import { argument, option } from "./field.ts";
import { findPerson, openRoom, storedRoom } from "./find.ts";

export const roomBounce = command({
  path: ["room", "bounce"],
  summary: "Remove a user from a room and keep them out of it",
  details:
    "The admins of the room see it in their console and can lift it if " +
    "their rank allows.",
  examples: ['retropal room bounce Troll "The Royal Oak" --reason shouting'],
  fields: {
    nick: argument("NICK", "Nickname or uid."),
    room: argument("ROOM", "The number or name of the room.", { rest: true }),
    reason: option("TEXT", "The reason, for the audit log."),
  },
  role: "moderator",
  run(context, input) {
    const { store, live } = context;
    const account = findPerson(store, input.nick);
    const room = openRoom(live, input.room) ?? storedRoom(store, input.room);
    if (room === undefined) {
      throw notFound(
        `There is no room "${input.room}". \`retropal room list\` shows them ` +
          "all.",
      );
    }
    const { wasThere } = bounceFrom(context, room, account, input.reason ?? "");
    return done(
      { uid: account.uid, gid: room.gid, wasThere },
      `${account.nickname} is bounced from ${room.name}.` +
        (wasThere ? "" : " They were not in it."),
    );
  },
});

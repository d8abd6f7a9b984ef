/**
 * Slow mode of a room, including rooms opened by users.
 *
 * @module
 */
import { LEVEL } from "../domain/store.ts";
import { audit, command, done, notFound, refused } from "./command.ts";
import { argument, numberArgument } from "./field.ts";
import { openRoom, storedRoom } from "./find.ts";

const LONGEST = 3600;

export const roomSlow = command({
  path: ["room", "slow"],
  summary: "Set how often each member of a room can write",
  details: "Also for rooms that users have opened, until they end. In chat " +
    "the owner of a room can do this too. 0 seconds turn slow mode off.",
  examples: ["retropal room slow 10 Quiz", "retropal room slow 0 Quiz"],
  fields: {
    seconds: numberArgument(
      "SECONDS",
      "Seconds between two lines; 0 turns slow mode off.",
      {
        min: 0,
        max: LONGEST,
      },
    ),
    room: argument("ROOM", "The number or name of the room.", { rest: true }),
  },
  role: "moderator",
  chat: { name: "slow", role: "user", takes: ["seconds", "room"] },
  run(context, { room: wanted, seconds }) {
    const { store, live, actor } = context;
    const stored = storedRoom(store, wanted);
    const room = openRoom(live, wanted) ?? stored;
    if (room === undefined) {
      throw notFound(
        `There is no room "${wanted}". \`retropal room list\` shows them all.`,
      );
    }
    if (actor.level < LEVEL.moderator && room.owner !== actor.uid) {
      throw refused("Only staff and the owner of the room may do this.");
    }
    const { gid, name } = room;
    store.transaction(() => {
      if (stored) store.rooms.update(gid, { slowSeconds: seconds });
      audit(context, {
        action: "room slow",
        target: name,
        after: String(seconds),
      });
    });
    if (stored) live?.roomChanged(gid);
    else live?.setSlow(gid, seconds);
    return done(
      { gid, seconds },
      seconds === 0
        ? `${name} is no longer in slow mode.`
        : `${name} is in slow mode: one line in ${seconds} seconds.`,
    );
  },
});

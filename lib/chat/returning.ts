/**
 * The two minutes after a planned restart: people come back into their rooms
 * and get what they missed (docs/hosting.md, "Restarting").
 *
 * @module
 */
import type { Room } from "../domain/room.ts";
import type { Session } from "../domain/session.ts";
import { concat } from "../protocol/bytes.ts";
import { roomTextFrame } from "../protocol/packets/messages.ts";
import { roomUserLeft } from "../protocol/packets/rooms.ts";
import { encodeText } from "../protocol/windows1252.ts";
import type { Context } from "./context.ts";
import { announceAbsence } from "./presence.ts";

/** Keeps a room line for those who have not come back to the room yet. */
export function keepForReturning(
  { world, session }: Context,
  room: Room,
  text: Uint8Array,
): void {
  world.expected?.keep(room.gid, {
    from: session.uid,
    nickname: session.nickname,
    text: text.slice(),
    seenBy: new Set(room.members.keys()),
  });
}

/** A member is in the room again: gives them the lines that they missed. */
export function welcomeBack(
  { world, out }: Context,
  room: Room,
  session: Session,
): void {
  const missed = world.expected?.rejoined(room.gid, session.uid) ?? [];
  for (const { from, nickname, text } of missed) {
    if (session.blocks.has(from)) continue;
    // Somebody who is not on the list would have a garbage name.
    const listed = room.members.has(from);
    const line = listed ? text : concat([encodeText(`${nickname}: `), text]);
    out.send(session, roomTextFrame(room.gid, listed ? from : 0, line));
  }
}

/** When the wait is over, those who did not return are gone. */
export function endOfGrace(ctx: Context): void {
  const { world } = ctx;
  const { expected } = world;
  if (expected === undefined || ctx.steady < expected.until) return;
  world.expected = undefined;
  const { people, members } = expected.missing();
  for (const uid of people) announceAbsence(ctx, uid);
  for (const [gid, uid, { invisible }] of members) {
    const room = world.rooms.get(gid);
    if (room === undefined || invisible || room.members.has(uid)) continue;
    room.departed.add(uid, ctx.now);
    ctx.out.room(room, roomUserLeft.frame({ gid, uid }));
  }
  ctx.log.info("the wait after the restart is over", {
    missing: people.length,
  });
}

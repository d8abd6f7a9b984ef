/**
 * Members who left while a client was disconnected (docs/protocol.md, "Rooms").
 *
 * @module
 */
import type { Room } from "../domain/room.ts";
import type { Session } from "../domain/session.ts";
import { concat } from "../protocol/bytes.ts";
import { roomUserLeft } from "../protocol/packets/rooms.ts";
import type { Context } from "./context.ts";

/** How long after connecting a client rejoins the rooms it had open. */
export const REJOIN_MS = 60_000;

/**
 * A client that reconnects still has its window, with everybody who was in it.
 * Returns frames that remove the users who are no longer in the room, or
 * undefined when there are none. They do no harm for users who are not listed.
 */
export function ghostsOf(
  { world, now }: Context,
  room: Room,
  session: Session,
): Uint8Array | undefined {
  if (!session.dialect.rejoinsRooms) return undefined;
  if (now - session.connectedAt >= REJOIN_MS) return undefined;
  const gone = new Set([...room.departed.list(now), ...world.seenBefore]);
  for (const [uid, { invisible }] of room.members) {
    if (!invisible) gone.delete(uid);
  }
  gone.delete(session.uid);
  for (const uid of gone) {
    if (world.expected?.isExpectedIn(room.gid, uid)) gone.delete(uid);
  }
  if (gone.size === 0) return undefined;
  const { gid } = room;
  return concat([...gone].map((uid) => roomUserLeft.frame({ gid, uid })));
}

/**
 * Bounces and bans from a room in memory and on clients' screens
 * (docs/protocol.md, "Moderation").
 *
 * @module
 */
import type { Outcast, Room } from "../domain/room.ts";
import type { Uid } from "../domain/store.ts";
import { roomClosed } from "../protocol/packets/rooms.ts";
import type { Context } from "./context.ts";
import { leaveRoom } from "./membership.ts";

/** Notes a bounce or ban; a lower rank does not replace a higher one. */
export function castOut(
  outcasts: Map<Uid, Outcast>,
  uid: Uid,
  nickname: string,
  level: number,
): void {
  const rank = Math.max(level, outcasts.get(uid)?.rank ?? 0);
  outcasts.set(uid, { nickname, rank });
}

/**
 * Closes the user's window with the text and shows the others that they left.
 * Returns whether the user was in the room.
 */
export function putOut(
  ctx: Context,
  room: Room,
  uid: Uid,
  { by, text }: { readonly by: Uid; readonly text: string },
): boolean {
  room.invited.delete(uid);
  const victim = room.members.get(uid)?.session;
  if (victim === undefined) return false;
  ctx.out.send(victim, roomClosed.frame({ gid: room.gid, by, text }));
  leaveRoom(ctx, room, victim);
  return true;
}

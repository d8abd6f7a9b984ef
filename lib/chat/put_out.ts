/**
 * Bouncing and banning from a room, as memory and clients see it
 * (docs/protocol.md, "Moderation").
 *
 * @module
 */
import type { Outcast, Room } from "../domain/room.ts";
import type { Uid } from "../domain/store.ts";
import { roomClosed } from "../protocol/packets/rooms.ts";
import type { Context } from "./context.ts";
import { leaveRoom } from "./membership.ts";

/** A lower rank does not replace a higher one. */
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
 * The user's window closes with the text, the others see them leave. Returns
 * whether they were in the room.
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

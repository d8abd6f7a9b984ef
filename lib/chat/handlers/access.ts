/**
 * The first checks of every room packet: whether the sender is in that room,
 * and has the right to do this there.
 *
 * @module
 */
import type { Member, Room } from "../../domain/room.ts";
import { type Gid, LEVEL, SYSTEM_UID, type Uid } from "../../domain/store.ts";
import type { ClientTypeName } from "../../protocol/packet_types.ts";
import type { Context } from "../context.ts";

export interface Place {
  readonly room: Room;
  readonly member: Member;
}

/**
 * Returns the sender's membership of a room. Ignores a sender who is not in the
 * room, with a log line, because windows left open do that; tells a sender who
 * lacks the right.
 */
export function memberOf(
  ctx: Context,
  gid: Gid,
  packet: ClientTypeName,
  needs: { admin?: boolean; owner?: boolean } = {},
): Place | undefined {
  const room = ctx.world.rooms.get(gid);
  const member = room?.members.get(ctx.session.uid);
  if (room === undefined || member === undefined) {
    ctx.ignore("not in that room", { packet, room: gid });
    return undefined;
  }
  if (needs.owner && !room.isOwner(ctx.session)) {
    ctx.refuse(packet, "Only the owner of the room may do that.");
    return undefined;
  }
  if (needs.admin && !member.admin) {
    ctx.refuse(packet, "Only admins of the room may do that.");
    return undefined;
  }
  return { room, member };
}

/**
 * Returns whether the sender may lift a ban, bounce or red dot given by staff
 * of this rank. Refuses the packet when that rank is above the sender's.
 */
export function mayLift(
  ctx: Context,
  packet: ClientTypeName,
  rank: number | undefined,
): boolean {
  if (rank === undefined || rank <= ctx.session.level) return true;
  ctx.refuse(packet, "Staff did this: only staff of that rank may lift it.");
  return false;
}

/**
 * Returns whether the sender may remove or silence `target` in a room: staff
 * yield only to higher staff, an owner to staff, and an admin to the owner and
 * staff.
 */
export function mayActOn(ctx: Context, room: Room, target: Uid): boolean {
  const { session } = ctx;
  if (target === session.uid) return true;
  if (target === SYSTEM_UID) return false;
  const role = ctx.store.accounts.get(target)?.role ?? "user";
  if (LEVEL[role] > 0) return session.level > LEVEL[role];
  if (target === room.owner) return session.isStaff;
  const isAdmin = room.admins.has(target) ||
    room.members.get(target)?.admin === true;
  return !isAdmin || room.isOwner(session);
}

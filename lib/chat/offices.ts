/**
 * The admins of rooms, and the admin console of their clients
 * (docs/protocol.md, "Moderation").
 *
 * @module
 */
import type { Member, Outcast, Room } from "../domain/room.ts";
import type { Uid } from "../domain/store.ts";
import {
  madeAdmin,
  memberAdmin,
  roomAdminInfo,
} from "../protocol/packets/moderation.ts";
import { roomUserJoined } from "../protocol/packets/members.ts";
import type { Context } from "./context.ts";

/**
 * Must be called after a room's admins, its owner or a user's role have
 * changed.
 */
export function officesChanged(ctx: Context, room: Room): void {
  const { gid } = room;
  for (const [uid, member] of room.members) {
    const admin = member.byCode || room.isAdmin(member.session);
    if (admin === member.admin) continue;
    member.admin = admin;
    if (admin) tellAdmin(ctx, room, member);
    else member.console = false;
    if (member.invisible) continue;
    ctx.out.room(room, memberAdmin.frame({ gid, uid, on: admin }));
  }
}

function tellAdmin(ctx: Context, room: Room, member: Member): void {
  const { session } = member;
  ctx.out.send(session, madeAdmin.frame({ gid: room.gid }));
  if (!session.dialect.adminByRecord) return;
  ctx.out.send(session, roomUserJoined.frame([room.memberEntry(member)]));
}

export function consoleFrame(room: Room): Uint8Array {
  const list = (outcasts: ReadonlyMap<Uid, Outcast>) =>
    [...outcasts].map(([uid, { nickname }]) => ({ uid, nickname }));
  return roomAdminInfo.frame({
    gid: room.gid,
    newUsersMic: room.newUsersMic,
    redDotText: room.redDotText,
    redDotVideo: room.redDotVideo,
    bounced: list(room.bounced),
    banned: list(room.banned),
  });
}

/** Sends changes to open consoles, which do not notice them otherwise. */
export function consoleChanged(ctx: Context, room: Room): void {
  const frame = consoleFrame(room);
  for (const member of room.members.values()) {
    if (member.console) ctx.out.send(member.session, frame);
  }
}

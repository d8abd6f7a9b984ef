/**
 * Actions of admins (docs/protocol.md, "Moderation"). Each is written to the
 * store first: if that fails, memory stays unchanged and no client is told
 * about an action that did not happen.
 *
 * @module
 */
import type { Outcast, Room } from "../../domain/room.ts";
import {
  type Account,
  EVERYBODY,
  type Gid,
  type RoomPatch,
  type Uid,
} from "../../domain/store.ts";
import type { ClientTypeName } from "../../protocol/packet_types.ts";
import type { Context } from "../context.ts";
import { consoleChanged, consoleFrame, officesChanged } from "../offices.ts";
import { castOut, putOut } from "../put_out.ts";
import { mayActOn, mayLift, memberOf, type Place } from "./access.ts";
import { endDottedVideo } from "./microphone.ts";

interface RoomAndUser {
  readonly gid: Gid;
  readonly uid: Uid;
}

/**
 * Returns the membership of an admin who uses the console. The console is open
 * on their screen, and from now on the server keeps it up to date.
 */
function atConsole(
  ctx: Context,
  gid: Gid,
  packet: ClientTypeName,
): Place | undefined {
  const found = memberOf(ctx, gid, packet, { admin: true });
  if (found !== undefined) found.member.console = true;
  return found;
}

/**
 * How long a reason waits for its bounce, in milliseconds; the two packets
 * arrive 2 ms apart.
 */
const REASON_LIFETIME_MS = 10_000;

/**
 * Keeps the reason for the bounce that follows. Only staff can read it, in the
 * audit log, as the client's dialog promises.
 */
export function bounceReason(
  ctx: Context,
  { gid, uid, text }: RoomAndUser & { text: string },
): void {
  ctx.session.bounceReason = {
    gid,
    uid,
    text: text.replace(/^BR:\s*/, "").trim().slice(0, 400),
    at: ctx.steady,
  };
}

function takeReason(ctx: Context, { gid, uid }: RoomAndUser): string {
  const pending = ctx.session.bounceReason;
  ctx.session.bounceReason = undefined;
  const fits = pending !== undefined && pending.gid === gid &&
    pending.uid === uid && ctx.steady - pending.at < REASON_LIFETIME_MS;
  return fits ? pending.text : "";
}

export function bounce(ctx: Context, packet: RoomAndUser): void {
  const reason = takeReason(ctx, packet);
  const { gid, uid } = packet;
  const found = memberOf(ctx, gid, "ROOM_BOUNCE", { admin: true });
  if (found === undefined) return;
  const { room } = found;
  const nickname = room.members.get(uid)?.session.nickname ??
    ctx.store.accounts.get(uid)?.nickname;
  if (nickname === undefined) {
    ctx.refuse("ROOM_BOUNCE", "There is no such user.");
    return;
  }
  if (uid === ctx.session.uid || !mayActOn(ctx, room, uid)) {
    ctx.refuse("ROOM_BOUNCE", `${nickname} cannot be bounced by you.`);
    return;
  }
  const { level } = ctx.session;
  if (room.permanent) ctx.store.rooms.setBounce(gid, uid, true, level);
  castOut(room.bounced, uid, nickname, level);
  ctx.audit({
    action: "room bounce",
    target: `${gid} ${nickname}`,
    after: reason,
  });
  if (reason !== "") {
    ctx.log.info("bounced", { ...ctx.who, room: gid, nickname, reason });
  }
  putOutBySender(ctx, room, uid, "bounced");
  consoleChanged(ctx, room);
}

/**
 * Closes the member's window with the text, and shows the other members that
 * they left.
 */
function putOutBySender(
  ctx: Context,
  room: Room,
  uid: Uid,
  how: "bounced" | "banned",
): void {
  const by = ctx.session;
  putOut(ctx, room, uid, {
    by: by.uid,
    text: `You have been ${how} from ${room.name} by ${by.nickname}.`,
  });
}

export function unbounce(ctx: Context, { gid, uid }: RoomAndUser): void {
  const found = atConsole(ctx, gid, "UNBOUNCE");
  if (found === undefined) return;
  const { room } = found;
  if (!mayLift(ctx, "UNBOUNCE", room.bounced.get(uid)?.rank)) return;
  if (room.permanent) {
    const { rooms } = ctx.store;
    if (uid === EVERYBODY) rooms.clearBounces(gid, ctx.session.level);
    else rooms.setBounce(gid, uid, false);
  }
  letBackIn(ctx, room.bounced, uid);
  ctx.audit({ action: "room unbounce", target: `${gid} ${nameOf(ctx, uid)}` });
  consoleChanged(ctx, room);
}

/**
 * Lifts bounces. When everybody is let back in, users whom higher staff removed
 * stay out.
 */
function letBackIn(
  ctx: Context,
  outcasts: Map<Uid, Outcast>,
  uid: Uid,
): void {
  if (uid !== EVERYBODY) outcasts.delete(uid);
  for (const [one, { rank }] of uid === EVERYBODY ? [...outcasts] : []) {
    if (rank <= ctx.session.level) outcasts.delete(one);
  }
}

function nameOf(ctx: Context, uid: Uid): string {
  return uid === EVERYBODY
    ? "everybody"
    : ctx.store.accounts.get(uid)?.nickname ?? String(uid);
}

export function ban(ctx: Context, { gid, uid }: RoomAndUser): void {
  const found = atConsole(ctx, gid, "BAN");
  if (found === undefined) return;
  const account = ctx.store.accounts.get(uid);
  if (account === undefined) {
    ctx.refuse("BAN", "There is no such user.");
    return;
  }
  banUser(ctx, "BAN", found.room, account);
}

/**
 * Handles the ban packet of the 5.0 console, which names the user by nickname.
 */
export function banByNickname(
  ctx: Context,
  { gid, nickname }: { gid: Gid; nickname: string },
): void {
  const found = atConsole(ctx, gid, "BAN_BY_NICKNAME");
  if (found === undefined) return;
  const name = nickname.replace(/[\0\r\n]+$/, "").trim();
  const account = ctx.store.accounts.byNickname(name);
  if (account === undefined) {
    ctx.refuse("BAN_BY_NICKNAME", `There is no user called ${name}.`);
    return;
  }
  banUser(ctx, "BAN_BY_NICKNAME", found.room, account);
}

function banUser(
  ctx: Context,
  packet: ClientTypeName,
  room: Room,
  { uid, nickname }: Account,
): void {
  const { gid } = room;
  if (uid === ctx.session.uid || !mayActOn(ctx, room, uid)) {
    ctx.refuse(packet, `${nickname} cannot be banned by you.`);
    return;
  }
  const { level } = ctx.session;
  if (room.permanent) ctx.store.rooms.setBan(gid, uid, true, level);
  castOut(room.banned, uid, nickname, level);
  ctx.audit({ action: "room ban", target: `${gid} ${nickname}` });
  putOutBySender(ctx, room, uid, "banned");
  consoleChanged(ctx, room);
}

export function unban(ctx: Context, { gid, uid }: RoomAndUser): void {
  const found = atConsole(ctx, gid, "UNBAN");
  if (found === undefined) return;
  const { room } = found;
  if (!mayLift(ctx, "UNBAN", room.banned.get(uid)?.rank)) return;
  if (room.permanent) {
    const { rooms } = ctx.store;
    if (uid === EVERYBODY) rooms.clearBans(gid, ctx.session.level);
    else rooms.setBan(gid, uid, false);
  }
  letBackIn(ctx, room.banned, uid);
  ctx.audit({ action: "room unban", target: `${gid} ${nameOf(ctx, uid)}` });
  consoleChanged(ctx, room);
}

/** Opens the admin console. */
export function adminInfo(ctx: Context, { gid }: { gid: Gid }): void {
  const found = atConsole(ctx, gid, "GET_ADMIN_INFO");
  if (found !== undefined) ctx.reply(consoleFrame(found.room));
}

/**
 * Makes a member an admin; only for the owner and staff. Some of the rights
 * need a rejoin.
 */
export function makeAdmin(ctx: Context, { gid, uid }: RoomAndUser): void {
  const found = memberOf(ctx, gid, "MAKE_ADMIN", { owner: true });
  if (found === undefined) return;
  const { room } = found;
  const member = room.members.get(uid);
  if (member === undefined || member.invisible) {
    ctx.refuse("MAKE_ADMIN", "This user is not in the room.");
    return;
  }
  if (room.permanent) ctx.store.rooms.setAdmin(gid, uid, true);
  room.admins.add(uid);
  ctx.audit({
    action: "room make-admin",
    target: `${gid} ${member.session.nickname}`,
  });
  officesChanged(ctx, room);
}

interface Switch {
  readonly gid: Gid;
  readonly on: boolean;
}

export function redDotAffectsText(ctx: Context, packet: Switch): void {
  setSwitch(ctx, "RED_DOT_AFFECTS_TEXT", packet, "redDotText");
}

export function redDotAffectsVideo(ctx: Context, packet: Switch): void {
  setSwitch(ctx, "RED_DOT_AFFECTS_VIDEO", packet, "redDotVideo");
}

export function newUsersMic(ctx: Context, packet: Switch): void {
  setSwitch(ctx, "NEW_USERS_MIC", packet, "newUsersMic");
}

const SWITCH_ACTIONS = {
  redDotText: "room red-dot-text",
  redDotVideo: "room red-dot-video",
  newUsersMic: "room new-users-mic",
} as const;

function setSwitch(
  ctx: Context,
  packet: ClientTypeName,
  { gid, on }: Switch,
  which: "redDotText" | "redDotVideo" | "newUsersMic",
): void {
  const found = atConsole(ctx, gid, packet);
  if (found === undefined) return;
  const { room } = found;
  const before = room[which];
  const patch: RoomPatch = { [which]: on };
  if (room.permanent) ctx.store.rooms.update(gid, patch);
  room[which] = on;
  ctx.audit({
    action: SWITCH_ACTIONS[which],
    target: String(gid),
    before: String(before),
    after: String(on),
  });
  endDottedVideo(ctx, room);
  consoleChanged(ctx, room);
}

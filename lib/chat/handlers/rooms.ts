/**
 * Listing, joining, leaving and creating rooms (docs/protocol.md, "Rooms",
 * "Categories and lists").
 *
 * @module
 */
import type { Outcast, Room } from "../../domain/room.ts";
import { cleanRoomName, roomNameProblem } from "../../domain/room_names.ts";
import type { Session } from "../../domain/session.ts";
import type { Gid, Rating, RoomType, Uid } from "../../domain/store.ts";
import type { ClientTypeName } from "../../protocol/packet_types.ts";
import {
  affiliateList,
  affiliateRooms,
  categoryCount,
  REFRESH_KIND,
  roomList,
} from "../../protocol/packets/lists.ts";
import type {
  RoomCreate,
  RoomJoin,
  RoomJoinByName,
} from "../../protocol/packets/rooms.ts";
import { wordFault } from "../../actions/names.ts";
import type { Context } from "../context.ts";
import { closeRoom, dropRoom, enterRoom, leaveRoom } from "../membership.ts";
import { officesChanged } from "../offices.ts";
import { memberOf } from "./access.ts";
import { sendHeldLines } from "./room_text.ts";

/** Always sends an answer: the window shows a wait cursor until it arrives. */
export function refresh(
  ctx: Context,
  { kind, id }: { kind: number; id: number },
): void {
  // The list shows new and closed rooms immediately; its counts may be a second
  // old.
  const key = `list ${kind} ${id} ${ctx.world.rooms.size}`;
  ctx.reply(
    ctx.services.answers.get(key, ctx.steady, () => list(ctx, kind, id)),
  );
}

function list({ world }: Context, kind: number, id: number): Uint8Array {
  if (kind === REFRESH_KIND.affiliates) return affiliateList.frame();
  if (kind === REFRESH_KIND.affiliateRooms) {
    return affiliateRooms.frame({ affiliate: id });
  }
  if (id === 0) return categoryCount.frame(world.roomCounts());
  return roomList.frame({
    category: id,
    rooms: world.listedRooms(id).map((room) => room.entry),
  });
}

const GONE = "This room does not exist any more.";
const TRIED_TOO_OFTEN = "Too many attempts. Please wait.";

export function join(ctx: Context, packet: RoomJoin): void {
  const room = ctx.world.rooms.get(packet.gid);
  joinWith(ctx, "ROOM_JOIN", room, packet);
}

export function joinByName(ctx: Context, packet: RoomJoinByName): void {
  const room = ctx.world.roomByName(packet.name);
  joinWith(ctx, "ROOM_JOIN_BY_NAME", room, packet);
}

interface Wish {
  readonly invisible: boolean;
  readonly lockword: string;
}

function joinWith(
  ctx: Context,
  packet: ClientTypeName,
  room: Room | undefined,
  wish: Wish,
): void {
  const { session } = ctx;
  if (room === undefined) {
    ctx.refuse(packet, GONE);
    return;
  }
  const problem = room.members.has(session.uid)
    ? undefined
    : whyNot(ctx, room, wish);
  if (problem !== undefined) {
    ctx.refuse(packet, problem);
    return;
  }
  enterRoom(ctx, room, session, {
    admin: room.isAdmin(session),
    invisible: wish.invisible && mayHide(ctx),
  });
  sendHeldLines(ctx, room.gid);
}

/**
 * Returns whether the user may be invisible: only staff and paid levels may.
 */
function mayHide({ session }: Context): boolean {
  return session.isStaff || session.account.paid !== "";
}

function whyNot(ctx: Context, room: Room, wish: Wish): string | undefined {
  const { session, settings } = ctx;
  if (session.rooms.size >= settings.limits.rooms_per_user) {
    return "You are in too many rooms already.";
  }
  const outcast = outcastFrom(room, session);
  if (outcast !== undefined) return outcast;
  if (room.isAdmin(session)) return undefined;
  if (room.isWaiting && !room.lost.has(session.uid)) return GONE;
  if (room.isPrivate && !room.invited.has(session.uid)) {
    return "This room is by invitation only.";
  }
  if (room.members.size >= settings.limits.room_members) {
    return `${room.name} is full.`;
  }
  return room.isLocked ? wrongLockword(ctx, room, wish.lockword) : undefined;
}

/**
 * Counts a wrong lockword. Each user has a few tries, then must wait even with
 * the right one.
 */
function wrongLockword(
  ctx: Context,
  room: Room,
  lockword: string,
): string | undefined {
  if (lockword === "") return `${room.name} is locked: a lockword is needed.`;
  const { guard } = ctx.services;
  const { uid } = ctx.session;
  const what = `lockword ${room.gid}`;
  if (guard.codeWait(what, uid, ctx.steady) > 0) return TRIED_TOO_OFTEN;
  const right = lockword === room.lockword;
  guard.codeTried(what, uid, right, ctx.steady);
  return right ? undefined : "Wrong lockword, sorry.";
}

/**
 * Returns why a bounce keeps this user out. The owner may enter after a bounce
 * by an admin, but not after one by staff.
 */
function outcastFrom(room: Room, session: Session): string | undefined {
  const binds = (outcast: Outcast | undefined) =>
    outcast !== undefined && room.binds(outcast.rank, session);
  // Guessing room numbers must not reveal the names of private rooms.
  const name = room.isPrivate ? "this room" : room.name;
  if (binds(room.banned.get(session.uid))) {
    return `You are banned from ${name}.`;
  }
  if (binds(room.bounced.get(session.uid))) {
    return `You were bounced from ${name}.`;
  }
  return undefined;
}

/** Lets any user who gives the owner's numeric code join as an admin. */
export function joinAsAdmin(
  ctx: Context,
  { owner, code }: { owner: Uid; code: number },
): void {
  const { session, services, world } = ctx;
  const what = `admin code ${owner}`;
  if (services.guard.codeWait(what, session.uid, ctx.steady) > 0) {
    ctx.refuse("ROOM_JOIN_AS_ADMIN", TRIED_TOO_OFTEN);
    return;
  }
  const room = [...world.rooms.values()].find((one) =>
    one.owner === owner && one.adminCode !== "" &&
    Number(one.adminCode) === code
  );
  const right = room !== undefined;
  services.guard.codeTried(what, session.uid, right, ctx.steady);
  if (!right) {
    ctx.refuse("ROOM_JOIN_AS_ADMIN", "This is not the admin code of a room.");
    return;
  }
  const problem = outcastFrom(room, session);
  if (problem !== undefined) {
    ctx.refuse("ROOM_JOIN_AS_ADMIN", problem);
    return;
  }
  ctx.audit({ action: "room admin-join", target: String(room.gid) });
  // The member must be an admin before ROOM_JOINED reports it.
  markByCode(room, session.uid);
  officesChanged(ctx, room);
  enterRoom(ctx, room, session, { admin: true, invisible: false });
  markByCode(room, session.uid);
  sendHeldLines(ctx, room.gid);
}

function markByCode(room: Room, uid: Uid): void {
  const member = room.members.get(uid);
  if (member !== undefined) member.byCode = true;
}

/** Also arrives after the server closed the window; then it changes nothing. */
export function leave(ctx: Context, { gid }: { gid: Gid }): void {
  const room = ctx.world.rooms.get(gid);
  if (room?.members.has(ctx.session.uid)) leaveRoom(ctx, room, ctx.session);
}

export function create(ctx: Context, packet: RoomCreate): void {
  const room = makeRoom(ctx, "ROOM_CREATE", packet);
  if (room === undefined) return;
  enterRoom(ctx, room, ctx.session, { admin: true, invisible: false });
}

/**
 * Returns a new temporary room of the sender, or undefined after telling them
 * why not.
 */
export function makeRoom(
  ctx: Context,
  packet: ClientTypeName,
  wish: RoomCreate,
): Room | undefined {
  const { session, settings, world } = ctx;
  const name = cleanRoomName(wish.name);
  const namesake = world.roomByName(name);
  if (namesake?.isWaiting) dropRoom(ctx, namesake);
  const problem = roomNameProblem(name) ??
    createProblem(ctx, wish) ??
    (world.roomByName(name) && "A room of this name exists already.") ??
    imitation(world.imitatedBy(name)) ??
    (session.isStaff ? undefined : wordFault(ctx.store, name, settings)) ??
    undefined;
  if (problem !== undefined) {
    ctx.refuse(packet, problem);
    return undefined;
  }
  const room = world.createTemporary({
    name,
    category: wish.category,
    type: wish.type as RoomType,
    rating: wish.rating as Rating,
    owner: session.uid,
    lockword: wish.lockword,
    createdAt: ctx.now,
    floorPauseMs: settings.voice.floor_pause_ms,
  });
  if (room === undefined) {
    ctx.refuse(packet, "The server has no room left for another room.");
    return undefined;
  }
  ctx.log.info("room created", {
    ...ctx.who,
    room: room.gid,
    name,
    type: room.type,
  });
  return room;
}

function imitation(room: Room | undefined): string | undefined {
  const name = room?.isPrivate ? "another room" : room?.name;
  return room && `This looks too much like ${name}: choose another name.`;
}

function createProblem(ctx: Context, wish: RoomCreate): string | undefined {
  const { session, settings, world } = ctx;
  if (wish.type > 6) return "This kind of room does not exist.";
  if (!world.isCategory(wish.category)) return "There is no such category.";
  if (!["G", "A", "R"].includes(wish.rating)) {
    return "A room is rated G, A or R.";
  }
  if (wish.lockword.length > 32) return "The lockword is too long.";
  const temporary = [...world.rooms.values()].filter((r) => !r.permanent);
  if (temporary.length >= settings.limits.temporary_rooms_total) {
    return "The server has too many rooms open already.";
  }
  const own = temporary.filter((room) => room.owner === session.uid);
  // When few rooms are left, nobody may open a second one, so that a few
  // accounts cannot take the rest.
  const scarce = 2 * temporary.length >= settings.limits.temporary_rooms_total;
  const most = scarce ? 1 : settings.limits.temporary_rooms_per_user;
  if (own.length >= most) {
    return "You have too many rooms open already.";
  }
  if (session.rooms.size >= settings.limits.rooms_per_user) {
    return "You are in too many rooms already.";
  }
  return undefined;
}

/** Closes the room for its owner or staff; every member's window closes. */
export function close(ctx: Context, { gid }: { gid: Gid }): void {
  const found = memberOf(ctx, gid, "ROOM_CLOSE", { owner: true });
  if (found === undefined) return;
  ctx.audit({ action: "room close", target: String(gid) });
  const { nickname, uid } = ctx.session;
  closeRoom(ctx, found.room, uid, `${nickname} has closed the room.`);
}

/**
 * What owners may do with their permanent rooms.
 *
 * @module
 */
import {
  type Account,
  type Gid,
  LEVEL,
  type RoomPatch,
  type StoredRoom,
  SYSTEM_UID,
  type Uid,
} from "../domain/store.ts";
import { type Acting, audit, difference, Refused } from "./acting.ts";
import { adminCodeFault, roomTextFault } from "./room_text.ts";

const SLOWEST = 3600;

export type OwnRoomPatch = Pick<
  RoomPatch,
  | "banner"
  | "welcome"
  | "lockword"
  | "adminCode"
  | "newUsersMic"
  | "redDotText"
  | "redDotVideo"
  | "slowSeconds"
>;

/** Returns the room, if the actor owns it. Throws {@linkcode Refused}. */
export function ownRoom({ store, actor }: Acting, gid: Gid): StoredRoom {
  const room = store.rooms.get(gid);
  if (room === undefined || actor.uid === null || room.owner !== actor.uid) {
    throw new Refused("This is not your room.", "not-found");
  }
  return room;
}

/** Returns the errors in the values, by field. */
export function ownRoomFaults(patch: OwnRoomPatch): Record<string, string> {
  const faults: Record<string, string> = {};
  for (const which of ["banner", "welcome", "lockword"] as const) {
    const fault = roomTextFault(which, patch[which] ?? "");
    if (fault !== null) faults[which] = fault;
  }
  const code = adminCodeFault(patch.adminCode ?? "");
  if (code !== null) faults["adminCode"] = code;
  const slow = patch.slowSeconds ?? 0;
  if (!Number.isInteger(slow) || slow < 0 || slow > SLOWEST) {
    faults["slowSeconds"] = `A whole number from 0 to ${SLOWEST}.`;
  }
  return faults;
}

/**
 * Changes a room. Throws {@linkcode Refused} for the errors that {@linkcode
 * ownRoomFaults} finds.
 */
export function changeOwnRoom(
  acting: Acting,
  gid: Gid,
  patch: OwnRoomPatch,
): StoredRoom {
  const { store, live } = acting;
  const before = ownRoom(acting, gid);
  const [fault] = Object.values(ownRoomFaults(patch));
  if (fault !== undefined) throw new Refused(fault);
  const after = store.transaction(() => {
    const updated = store.rooms.update(gid, patch);
    audit(acting, {
      action: "room set",
      target: before.name,
      ...difference(before, updated),
    });
    return updated;
  });
  live?.roomChanged(gid);
  return after;
}

export function setRoomAdmin(
  acting: Acting,
  gid: Gid,
  { uid, nickname }: Account,
  on: boolean,
): void {
  const { store, live } = acting;
  const room = ownRoom(acting, gid);
  if (uid === room.owner || uid === SYSTEM_UID) {
    throw new Refused(`${nickname} needs no office in this room.`);
  }
  store.transaction(() => {
    store.rooms.setAdmin(gid, uid, on);
    audit(acting, {
      action: on ? "room make-admin" : "room remove-admin",
      target: `${gid} ${nickname}`,
    });
  });
  live?.roomChanged(gid);
}

/** Bans a user from the room permanently, and removes them immediately. */
export function banFromOwnRoom(
  acting: Acting,
  gid: Gid,
  { uid, nickname, role }: Account,
): void {
  const { store, live, actor } = acting;
  const room = ownRoom(acting, gid);
  const isStaff = LEVEL[role] > 0 && actor.level <= LEVEL[role];
  if (uid === room.owner || uid === SYSTEM_UID || isStaff) {
    throw new Refused(`${nickname} cannot be banned by you.`);
  }
  store.transaction(() => {
    store.rooms.setAdmin(gid, uid, false);
    store.rooms.setBan(gid, uid, true, actor.level);
    audit(acting, { action: "room ban", target: `${gid} ${nickname}` });
  });
  live?.roomChanged(gid);
}

/** Ends a ban or a bounce, unless its author is above the actor. */
export function letIntoOwnRoom(acting: Acting, gid: Gid, uid: Uid): void {
  const { store, live, actor } = acting;
  ownRoom(acting, gid);
  const { banRank, bounceRank } = store.rooms.offices(gid);
  const rank = Math.max(banRank.get(uid) ?? 0, bounceRank.get(uid) ?? 0);
  if (rank > actor.level) {
    throw new Refused("Staff did this: only staff of that rank may lift it.");
  }
  const nickname = store.accounts.get(uid)?.nickname ?? String(uid);
  store.transaction(() => {
    store.rooms.setBan(gid, uid, false);
    store.rooms.setBounce(gid, uid, false);
    audit(acting, { action: "room unban", target: `${gid} ${nickname}` });
  });
  live?.roomChanged(gid);
}

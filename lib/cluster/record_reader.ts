/**
 * Reads the records of a log and puts what they say into a world that has just
 * been loaded.
 *
 * @module
 */
import { muteOf } from "../actions/mutes.ts";
import { restoredRoom } from "../domain/handover.ts";
import type { Room } from "../domain/room.ts";
import type { Session, SignOnState } from "../domain/session.ts";
import type { Store } from "../domain/store.ts";
import type { World } from "../domain/world.ts";
import { dialectNamed } from "../protocol/dialects/table.ts";
import type { Status } from "../protocol/packets/pals.ts";
import type { GatewayInfo } from "./control.ts";
import {
  GATEWAY,
  type Packet,
  ROOM,
  type RoomRecord,
  SESSION,
  type SessionRecord,
} from "./records.ts";

const decoder = new TextDecoder();

/** Decodes the records of a state, oldest session first. */
export function readRecords(records: ReadonlyMap<string, Uint8Array>): {
  readonly sessions: readonly SessionRecord[];
  readonly rooms: readonly RoomRecord[];
  readonly gateways: ReadonlyMap<number, GatewayInfo>;
} {
  const gateways = new Map<number, GatewayInfo>();
  const sessions: SessionRecord[] = [];
  const rooms: RoomRecord[] = [];
  for (const [key, bytes] of records) {
    const value = JSON.parse(decoder.decode(bytes));
    if (key.startsWith(SESSION)) sessions.push(value);
    else if (key.startsWith(ROOM)) rooms.push(value);
    else if (key.startsWith(GATEWAY)) gateways.set(Number(key.slice(1)), value);
  }
  sessions.sort((a, b) => a.id - b.id);
  return { sessions, rooms, gateways };
}

/** Restores a room in a world that has just been loaded. */
export function restoreRoom(
  world: World,
  { handed, hands, lost, departed, isWaiting }: RoomRecord,
  now: number,
  steady: number,
): void {
  const room = world.rooms.get(handed.gid) ?? restoredRoom(handed);
  if (room === undefined) return;
  world.rooms.set(room.gid, room);
  for (const uid of handed.invited) room.invited.add(uid);
  for (const [uid, rank] of handed.redDots) room.redDots.set(uid, rank);
  room.hands.push(...hands);
  for (const uid of lost) room.lost.add(uid);
  for (const uid of departed) room.departed.add(uid, now);
  if (isWaiting) room.waitingSince = steady;
}

/** Restores the state of a new session from its record. */
export function restoreSession(
  world: World,
  store: Store,
  session: Session,
  record: SessionRecord,
  now: number,
): void {
  session.clientVersion = record.version;
  session.dialect = dialectNamed(record.dialect);
  session.greetedUnasked = record.greetedUnasked;
  session.saidHello = record.saidHello;
  session.saidGoodbye = record.saidGoodbye;
  session.ticketUid = record.ticketUid ?? undefined;
  session.passwordKey = bytesOf(record.passwordKey);
  session.signOn = signOnOf(record.signOn);
  session.phase = record.phase === "online" ? "hello" : record.phase;
  const account = store.accounts.get(record.uid);
  if (record.phase !== "online" || account === undefined) return;
  session.account = account;
  const { relations } = store;
  world.signOn(
    session,
    relations.pals(record.uid),
    relations.blocks(record.uid),
  );
  session.status = record.status as Status;
  session.catchingUp = record.catchingUp;
  session.mute = muteOf(store, account, now);
  if (session.mute !== undefined) world.muted.add(session);
  session.awayText = bytesOf(record.awayText) ?? session.awayText;
  for (const uid of record.awayTold) session.awayTold.add(uid);
  for (const uid of record.known) session.known.add(uid);
  for (const { gid, admin, invisible, ignoring, ...more } of record.rooms) {
    const room = world.rooms.get(gid);
    if (room === undefined) continue;
    const waitingSince = room.waitingSince;
    const member = room.add(session, { admin, invisible });
    if (waitingSince !== undefined) room.waitingSince = undefined;
    Object.assign(member, more);
    for (const uid of ignoring) member.ignoring.add(uid);
  }
}

/** Puts restored members into the order in which they joined. */
export function sortMembers(room: Room): void {
  const sorted = [...room.members].sort(([, a], [, b]) => a.turn - b.turn);
  room.members.clear();
  for (const [uid, member] of sorted) {
    room.members.set(uid, member);
    room.turns = Math.max(room.turns, member.turn);
  }
}

export function packetsOf(
  { line, pending }: NonNullable<SessionRecord["at"]>,
): Packet[] {
  return pending.map(({ payload, ...packet }) => ({
    what: "packet",
    line,
    ...packet,
    payload: Uint8Array.fromBase64(payload),
  }));
}

function bytesOf(text: string | null): Uint8Array | undefined {
  return text === null ? undefined : Uint8Array.fromBase64(text);
}

function signOnOf(record: SessionRecord["signOn"]): SignOnState | undefined {
  return record === null
    ? undefined
    : { ...record, key: Uint8Array.fromBase64(record.key) };
}

/**
 * Records in the log from which another core can restore each session and room.
 *
 * @module
 */
import type { Effect } from "../domain/effects.ts";
import { handedRoom } from "../domain/handover.ts";
import type { Room } from "../domain/room.ts";
import type { Session } from "../domain/session.ts";
import type { Gid, Uid } from "../domain/store.ts";
import type { World } from "../domain/world.ts";
import type { Endpoint } from "../net/wire.ts";
import { SERVER_TYPES } from "../protocol/packet_types.ts";
import type { GatewayInfo } from "./control.ts";
import type { RecordChange } from "./entry.ts";
import type { Message } from "./wire.ts";

export type Packet = Extract<Message, { what: "packet" }>;

/** Gateway and line of a session's socket; null for the core itself. */
export interface LinePlace {
  readonly gateway: number;
  readonly line: number;
  readonly remote: Endpoint;
  readonly local: Endpoint;
  /** Packets that were accepted but not handled completely. */
  readonly pending: readonly Packet[];
}

interface MemberRecord {
  readonly gid: Gid;
  readonly admin: boolean;
  readonly byCode: boolean;
  readonly invisible: boolean;
  readonly mic: boolean;
  readonly console: boolean;
  readonly ignoring: readonly Uid[];
  readonly turn: number;
}

interface PacketRecord {
  readonly type: number;
  readonly version: number;
  readonly payload: string;
}

export interface SessionRecord {
  readonly id: number;
  readonly at: {
    readonly gateway: number;
    readonly line: number;
    readonly remote: Endpoint;
    readonly local: Endpoint;
    readonly pending: readonly PacketRecord[];
  } | null;
  readonly address: string;
  readonly connectedAt: number;
  readonly phase: Session["phase"];
  readonly version: number | null;
  readonly dialect: string;
  readonly greetedUnasked: boolean;
  readonly saidHello: boolean;
  readonly signOn: {
    readonly uid: Uid;
    readonly key: string;
    readonly unreadable: boolean;
  } | null;
  readonly ticketUid: Uid | null;
  readonly passwordKey: string | null;
  readonly uid: Uid;
  readonly status: number;
  readonly awayText: string;
  readonly awayTold: readonly Uid[];
  readonly known: readonly Uid[];
  readonly saidGoodbye: boolean;
  readonly catchingUp: boolean;
  readonly rooms: readonly MemberRecord[];
}

export interface RoomRecord {
  readonly handed: ReturnType<typeof handedRoom>;
  readonly hands: readonly Uid[];
  readonly lost: readonly Uid[];
  readonly departed: readonly Uid[];
  readonly isWaiting: boolean;
  /** Gateway of its voice; null for none, or the core itself. */
  readonly voice: number | null;
}

export interface RecordPorts {
  readonly world: World;
  session(id: number): Session | undefined;
  sessions(): Iterable<number>;
  place(session: Session): LinePlace | undefined;
  voiceAt(gid: Gid): number | undefined;
  now(): number;
}

/** Number of sessions checked in one sweep, even if no change was reported. */
const SWEEP = 50;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const SESSION = "s";
export const ROOM = "r";
export const GATEWAY = "g";

export function gatewayRecord(
  gateway: number,
  info: GatewayInfo | undefined,
): RecordChange {
  const text = info && JSON.stringify(info);
  return [
    `${GATEWAY}${gateway}`,
    text === undefined ? null : encoder.encode(text),
  ];
}

/** Finds the records that have changed since they were written. */
export class Records {
  readonly #ports: RecordPorts;
  readonly #written = new Map<string, string>();
  readonly #sessions = new Set<number>();
  readonly #rooms = new Set<Gid>();
  #sweep: Iterator<number> | undefined;

  constructor(ports: RecordPorts) {
    this.#ports = ports;
  }

  /** Sets the records that are already in the log. */
  restore(records: ReadonlyMap<string, Uint8Array>): void {
    for (const [key, bytes] of records) {
      this.#written.set(key, decoder.decode(bytes));
    }
  }

  touch(session: number): void {
    this.#sessions.add(session);
  }

  touchRoom(gid: Gid): void {
    this.#rooms.add(gid);
  }

  /** Marks what an effect may have changed. */
  performed(effect: Effect): void {
    switch (effect.kind) {
      case "send":
        return this.touch(effect.to);
      case "close":
        return this.touch(effect.session);
      case "room":
        if (!isRoomText(effect.frame)) this.touchRoom(effect.gid);
        return;
      case "voice":
        return this.touchRoom(effect.change.gid);
    }
  }

  /** Checks some sessions and all rooms for changes that were not reported. */
  sweep(): void {
    for (let n = 0; n < SWEEP; n++) {
      this.#sweep ??= this.#ports.sessions()[Symbol.iterator]();
      const { value, done } = this.#sweep.next();
      if (done === true) {
        this.#sweep = undefined;
        break;
      }
      this.touch(value);
    }
    for (const gid of this.#ports.world.rooms.keys()) this.touchRoom(gid);
    for (const key of this.#written.keys()) {
      const id = Number(key.slice(1));
      if (key.startsWith(ROOM)) this.touchRoom(id);
      else if (
        key.startsWith(SESSION) && this.#ports.session(id) === undefined
      ) this.touch(id);
    }
  }

  collect(): RecordChange[] {
    const changes: RecordChange[] = [];
    for (const id of this.#sessions) this.#collectSession(id, changes);
    this.#sessions.clear();
    for (const gid of this.#rooms) {
      const room = this.#ports.world.rooms.get(gid);
      this.#put(`${ROOM}${gid}`, room && this.#roomText(room), changes);
    }
    this.#rooms.clear();
    return changes;
  }

  #collectSession(id: number, changes: RecordChange[]): void {
    const key = `${SESSION}${id}`;
    const before = this.#written.get(key);
    const session = this.#ports.session(id);
    const text = session === undefined || session.phase === "gone"
      ? undefined
      : JSON.stringify(
        sessionRecord(
          this.#ports.world,
          session,
          this.#ports.place(session),
        ),
      );
    // A member's actions may change the room.
    for (const gid of session?.rooms ?? []) this.touchRoom(gid);
    if (before !== undefined && before !== text) {
      const { rooms } = JSON.parse(before) as SessionRecord;
      for (const { gid } of rooms) this.touchRoom(gid);
    }
    this.#put(key, text, changes);
  }

  #roomText(room: Room): string | undefined {
    if (isPlain(room)) return undefined;
    const handed = handedRoom(room, undefined);
    const record: RoomRecord = {
      // Members are part of the records of their sessions.
      handed: { ...handed, members: [], lines: [] },
      hands: [...room.hands],
      lost: [...room.lost],
      departed: room.departed.list(this.#ports.now()),
      isWaiting: room.isWaiting,
      voice: this.#ports.voiceAt(room.gid) ?? null,
    };
    return JSON.stringify(record);
  }

  #put(
    key: string,
    text: string | undefined,
    changes: RecordChange[],
  ): void {
    if (this.#written.get(key) === text) return;
    if (text === undefined) this.#written.delete(key);
    else this.#written.set(key, text);
    changes.push([key, text === undefined ? null : encoder.encode(text)]);
  }
}

/** Returns whether the database contains everything about a room. */
function isPlain(room: Room): boolean {
  return room.permanent && room.members.size === 0 &&
    room.redDots.size === 0 && room.invited.size === 0;
}

function sessionRecord(
  world: World,
  session: Session,
  place: LinePlace | undefined,
): SessionRecord {
  const { signOn, passwordKey } = session;
  return {
    id: session.id,
    at: place === undefined ? null : {
      ...place,
      pending: place.pending.map(({ type, version, payload }) => ({
        type,
        version,
        payload: payload.toBase64(),
      })),
    },
    address: session.address,
    connectedAt: session.connectedAt,
    phase: session.phase,
    version: session.clientVersion,
    dialect: session.dialect.client,
    greetedUnasked: session.greetedUnasked,
    saidHello: session.saidHello,
    signOn: signOn === undefined ? null : {
      uid: signOn.uid,
      key: signOn.key.toBase64(),
      unreadable: signOn.unreadable,
    },
    ticketUid: session.ticketUid ?? null,
    passwordKey: passwordKey?.toBase64() ?? null,
    uid: session.uid,
    status: session.status,
    awayText: session.awayText.toBase64(),
    awayTold: session.isAway ? [...session.awayTold] : [],
    known: [...session.known].filter((uid) => !session.pals.has(uid)),
    saidGoodbye: session.saidGoodbye,
    catchingUp: session.catchingUp,
    rooms: [...session.rooms].flatMap((gid): MemberRecord[] => {
      const member = world.rooms.get(gid)?.members.get(session.uid);
      if (member === undefined) return [];
      const { admin, byCode, invisible, mic, console, ignoring, turn } = member;
      return [{
        gid,
        admin,
        byCode,
        invisible,
        mic,
        console,
        ignoring: [...ignoring],
        turn,
      }];
    }),
  };
}

/**
 * Returns whether a frame is room text, the most frequent kind, which changes
 * no state.
 */
function isRoomText(frame: Uint8Array): boolean {
  const { type } = SERVER_TYPES.ROOM_MESSAGE_IN;
  return frame[0] === ((type >> 8) & 0xff) && frame[1] === (type & 0xff);
}

/**
 * The state of a voice room that a gateway needs to relay it: the core's
 * answers to all questions of the relay (lib/voice/roster.ts), as one value.
 *
 * @module
 */
import type { Room } from "../domain/room.ts";
import type { Session } from "../domain/session.ts";
import type { Gid, Uid } from "../domain/store.ts";
import { DEFAULT_FLOOR, type FloorRule } from "../domain/floor.ts";
import type { VoiceMember, VoiceRoster } from "../voice/roster.ts";

export interface MemberVoice {
  readonly uid: Uid;
  readonly session: number;
  readonly address?: string;
  readonly mostFrames?: number;
  readonly maySpeak: boolean;
  readonly goesFirst: boolean;
  /** Members whom this member does not hear. */
  readonly deafTo: readonly Uid[];
  /** Source addresses for datagrams to this member, best first. */
  readonly addresses: readonly string[];
}

export interface RoomVoice {
  readonly floor: FloorRule;
  /** Members with raised hands, in order. */
  readonly hands: readonly Uid[];
  readonly members: readonly MemberVoice[];
}

/**
 * Returns a room's state. `addresses` returns the voice addresses that a
 * session was given.
 */
export function roomVoice(
  room: Room,
  roster: VoiceRoster,
  addresses: (session: Session) => readonly string[],
): RoomVoice {
  const members: MemberVoice[] = [];
  for (
    const { uid, session, address, mostFrames } of roster.members(room.gid)
  ) {
    const member = room.members.get(uid);
    if (member === undefined) continue;
    members.push({
      uid,
      session,
      ...(address !== undefined && { address }),
      ...(mostFrames !== undefined && { mostFrames }),
      maySpeak: roster.maySpeak(room.gid, uid),
      goesFirst: roster.goesFirst(room.gid, uid),
      deafTo: [...new Set([...member.ignoring, ...member.session.blocks])]
        .filter((other) => room.members.has(other)),
      addresses: addresses(member.session),
    });
  }
  return {
    floor: roster.floor(room.gid),
    hands: [...room.hands],
    members,
  };
}

/** The methods of the voice server that are informed of changes. */
export interface VoiceChanges {
  joined(gid: Gid, uid: Uid): void;
  left(gid: Gid, uid: Uid): void;
  policyChanged(gid: Gid): void;
  roomClosed(gid: Gid): void;
}

interface Held {
  readonly value: RoomVoice;
  readonly members: ReadonlyMap<Uid, MemberVoice>;
  readonly deaf: ReadonlyMap<Uid, ReadonlySet<Uid>>;
}

/** The rooms that a gateway relays, for its voice server. */
export class VoiceRooms implements VoiceRoster {
  readonly #rooms = new Map<Gid, Held>();
  readonly #roomOf = new Map<Uid, Gid>();

  constructor(
    readonly onLinkLost: VoiceRoster["onLinkLost"],
    readonly onTalk: VoiceRoster["onTalk"],
  ) {}

  /** Updates a room's state, and informs the relay of changes. */
  update(gid: Gid, value: RoomVoice | null, relay: VoiceChanges): void {
    const before = this.#rooms.get(gid)?.members;
    for (const uid of before?.keys() ?? []) {
      if (this.#roomOf.get(uid) === gid) this.#roomOf.delete(uid);
    }
    if (value === null) {
      this.#rooms.delete(gid);
      if (before !== undefined) relay.roomClosed(gid);
      return;
    }
    const members = new Map(value.members.map((one) => [one.uid, one]));
    const deaf = new Map(
      value.members.map(({ uid, deafTo }) => [uid, new Set(deafTo)]),
    );
    this.#rooms.set(gid, { value, members, deaf });
    for (const uid of members.keys()) this.#roomOf.set(uid, gid);
    for (const [uid, { session }] of before ?? []) {
      if (members.get(uid)?.session !== session) relay.left(gid, uid);
    }
    for (const [uid, { session }] of members) {
      if (before?.get(uid)?.session !== session) relay.joined(gid, uid);
    }
    relay.policyChanged(gid);
  }

  /**
   * Removes all rooms, because the core has changed or has given this gateway
   * up.
   */
  clear(relay: VoiceChanges): void {
    for (const gid of [...this.#rooms.keys()]) this.update(gid, null, relay);
  }

  member(gid: Gid, uid: Uid): VoiceMember | undefined {
    const member = this.#rooms.get(gid)?.members.get(uid);
    return member && asVoice(member);
  }

  *members(gid: Gid): Iterable<VoiceMember> {
    for (const member of this.#rooms.get(gid)?.value.members ?? []) {
      yield asVoice(member);
    }
  }

  voiceRoomOf(uid: Uid): Gid | undefined {
    return this.#roomOf.get(uid);
  }

  maySpeak(gid: Gid, uid: Uid): boolean {
    return this.#rooms.get(gid)?.members.get(uid)?.maySpeak ?? false;
  }

  hears(gid: Gid, listener: Uid, speaker: Uid): boolean {
    return this.#rooms.get(gid)?.deaf.get(listener)?.has(speaker) === false;
  }

  floor(gid: Gid): FloorRule {
    return this.#rooms.get(gid)?.value.floor ?? DEFAULT_FLOOR;
  }

  voiceAddresses(uid: Uid): readonly string[] {
    const gid = this.#roomOf.get(uid);
    if (gid === undefined) return [];
    return this.#rooms.get(gid)?.members.get(uid)?.addresses ?? [];
  }

  handRank(gid: Gid, uid: Uid): number {
    const hands = this.#rooms.get(gid)?.value.hands ?? [];
    const at = hands.indexOf(uid);
    return at < 0 ? hands.length : at;
  }

  goesFirst(gid: Gid, uid: Uid): boolean {
    return this.#rooms.get(gid)?.members.get(uid)?.goesFirst ?? false;
  }
}

function asVoice(member: MemberVoice): VoiceMember {
  const { uid, session, address, mostFrames } = member;
  return {
    uid,
    session,
    address,
    ...(mostFrames !== undefined && { mostFrames }),
  };
}

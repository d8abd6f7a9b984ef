/**
 * How the voice relay asks the chat side who is where and who may be heard,
 * and what it tells the chat side in return. Types only: the chat server
 * answers from memory, synchronously, and each call must be cheap.
 *
 * The relay caches what it was told. So the chat side must report changes
 * through {@linkcode VoiceControl}, at once, after its own state has changed.
 *
 * See docs/protocol.md, "Voice" and "Microphone".
 *
 * @module
 */

import type { FloorRule } from "../domain/floor.ts";
import type { Gid, Uid } from "../domain/store.ts";

export type { FloorRule };

/** A chat session that is in a voice room at this moment. */
export interface VoiceMember {
  readonly uid: Uid;
  /** Number of the chat session. */
  readonly session: number;
  /**
   * Remote address of the chat connection, in the form of `plainAddress`
   * (lib/net/addresses.ts): voice without a ticket is accepted from that host
   * only. Undefined for a session over WebSocket, whose address may be that
   * of many people: its voice needs a ticket.
   */
  readonly address: string | undefined;
  /** Most GSM frames that this client can read from one packet. */
  readonly mostFrames?: number;
}

/** The chat session that a voice link was given a ticket for. */
export interface VoiceOwner {
  readonly uid: Uid;
  readonly session: number;
}

/** What the relay asks. Rooms are VOICE rooms: text rooms have no members. */
export interface VoiceRoster {
  /** Undefined when `uid` is not in that voice room now. */
  member(gid: Gid, uid: Uid): VoiceMember | undefined;
  members(gid: Gid): Iterable<VoiceMember>;
  /** The one voice room `uid` is in (a client is in one at a time). */
  voiceRoomOf(uid: Uid): Gid | undefined;
  /** Their microphone is on and they have no red dot. */
  maySpeak(gid: Gid, uid: Uid): boolean;
  /** False when `listener` has blocked or ignored `speaker`. */
  hears(gid: Gid, listener: Uid, speaker: Uid): boolean;
  floor(gid: Gid): FloorRule;
  /**
   * From where datagrams to `uid` should come, best first: the address that
   * was announced to it, because a client in UDP mode hears no other, then
   * the one that it reached.
   */
  voiceAddresses?(uid: Uid): readonly string[];
  /**
   * How many people with a raised hand are ahead of `uid`: 0 for the first
   * raised hand, and for everybody when no hand is up; the number of raised
   * hands for someone whose own is down.
   */
  handRank(gid: Gid, uid: Uid): number;
  /** Room admins speak first when a long turn is ended. */
  goesFirst(gid: Gid, uid: Uid): boolean;

  /**
   * `uid` is still in the room and has lost their TCP voice link: send them
   * 0x013B again. The relay waits, repeats with growing delays and gives up
   * after a few, because a client that was poisoned closes every voice socket.
   */
  onLinkLost(gid: Gid, uid: Uid): void;
  /** `uid` began to be heard in the room, or has paused. */
  onTalk(gid: Gid, uid: Uid, talking: boolean): void;
}

/** What the chat side reports. */
export interface VoiceControl {
  /** `uid` has entered the voice room. */
  joined(gid: Gid, uid: Uid): void;
  /** Mic, red dot, ignore, block or floor rule changed in that room. */
  policyChanged(gid: Gid): void;
  /** `uid` left the room: their link ends, between whole frames. */
  left(gid: Gid, uid: Uid): void;
  /** The room is gone: all its links end. */
  roomClosed(gid: Gid): void;
  /** The session is gone: its links end in whatever room they are. */
  signedOff(uid: Uid): void;
}

/** The small part of a logger that voice needs. */
export interface VoiceLog {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
}

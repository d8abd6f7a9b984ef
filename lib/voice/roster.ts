/**
 * What the voice relay asks the chat side about members and their rights, and
 * what it reports in return. Types only: the chat server answers from memory,
 * synchronously, and each call must be cheap.
 *
 * The relay caches the answers. So the chat side must report each change
 * through {@linkcode VoiceControl} immediately after its own state has changed.
 *
 * See docs/protocol.md, "Voice" and "Microphone".
 *
 * @module
 */

import type { FloorRule } from "../domain/floor.ts";
import type { Gid, Uid } from "../domain/store.ts";

export type { FloorRule };

/** A chat session that is in a voice room now. */
export interface VoiceMember {
  readonly uid: Uid;
  /** Number of the chat session. */
  readonly session: number;
  /**
   * Remote address of the chat connection, in the form of `plainAddress`
   * (lib/net/addresses.ts): voice without a ticket is accepted only from that
   * host. Undefined for a session over WebSocket, whose address many users may
   * share: its voice needs a ticket.
   */
  readonly address: string | undefined;
  /** The most GSM frames that this client can read from one packet. */
  readonly mostFrames?: number;
}

/** The chat session to which a voice link's ticket was given. */
export interface VoiceOwner {
  readonly uid: Uid;
  readonly session: number;
}

/**
 * The relay's questions. Only voice rooms count: text rooms have no members
 * here.
 */
export interface VoiceRoster {
  /** Returns undefined when `uid` is not in that voice room. */
  member(gid: Gid, uid: Uid): VoiceMember | undefined;
  members(gid: Gid): Iterable<VoiceMember>;
  /** Returns the voice room that `uid` is in; a client is in one at a time. */
  voiceRoomOf(uid: Uid): Gid | undefined;
  /** Returns whether the member's microphone is on and without a red dot. */
  maySpeak(gid: Gid, uid: Uid): boolean;
  /** Returns false when `listener` has blocked or ignored `speaker`. */
  hears(gid: Gid, listener: Uid, speaker: Uid): boolean;
  floor(gid: Gid): FloorRule;
  /**
   * Returns the addresses from which datagrams to `uid` should be sent, best
   * first: the announced address, because a client in UDP mode hears no other,
   * then the one that the client connected to.
   */
  voiceAddresses?(uid: Uid): readonly string[];
  /**
   * Returns how many raised hands are ahead of `uid`: 0 for the first raised
   * hand, and for everybody when no hand is up; the number of raised hands for
   * a member whose own is down.
   */
  handRank(gid: Gid, uid: Uid): number;
  /**
   * Returns whether `uid` is a room admin, who speaks first when a long turn
   * ends.
   */
  goesFirst(gid: Gid, uid: Uid): boolean;

  /**
   * `uid` is still in the room but has lost the TCP voice link: send 0x013B
   * again. The relay waits, repeats with growing delays and gives up after a
   * few, because a client that has received a bad frame closes every voice
   * socket.
   */
  onLinkLost(gid: Gid, uid: Uid): void;
  /** `uid` started or stopped being heard in the room. */
  onTalk(gid: Gid, uid: Uid, talking: boolean): void;
}

/** What the chat side reports to the relay. */
export interface VoiceControl {
  /** `uid` has entered the voice room. */
  joined(gid: Gid, uid: Uid): void;
  /**
   * A microphone, red dot, ignore, block or the floor rule changed in that
   * room.
   */
  policyChanged(gid: Gid): void;
  /** `uid` left the room: the voice link ends, between whole frames. */
  left(gid: Gid, uid: Uid): void;
  /** The room was closed: all its links end. */
  roomClosed(gid: Gid): void;
  /** The session ended: its links end in every room. */
  signedOff(uid: Uid): void;
}

/** The part of a logger that voice needs. */
export interface VoiceLog {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
}

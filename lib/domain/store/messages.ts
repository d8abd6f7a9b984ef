/**
 * Messages that wait for their receiver.
 *
 * @module
 */
import type { Millis, Uid } from "../ids.ts";

export interface OfflineMessage {
  readonly id: number;
  readonly to: Uid;
  readonly from: Uid;
  /** The text exactly as the sender's client wrote it. */
  readonly body: Uint8Array;
  readonly at: Millis;
}

export interface OfflineMessages {
  add(message: Omit<OfflineMessage, "id">): OfflineMessage;
  /** Waiting for `to`, oldest first; the first `limit` of them if given. */
  waiting(to: Uid, limit?: number): OfflineMessage[];
  /** Not yet read by whom they were sent to, oldest first. */
  sentBy(from: Uid): OfflineMessage[];
  count(to: Uid): number;
  /** Of those, the messages of one sender. */
  countFrom(to: Uid, from: Uid): number;
  /** After they were handed to the receiver's socket. */
  remove(ids: readonly number[]): void;
}

/** A message from one pal profile to another. */
export interface StoredProfileMessage {
  readonly id: number;
  readonly to: Uid;
  /** Number of the receiver's profile, as the sender's client wrote it. */
  readonly toProfile: number;
  readonly from: Uid;
  readonly fromProfile: number;
  readonly text: Uint8Array;
  readonly at: Millis;
}

/** They wait until the receiver's client asks for them. */
export interface StoredProfileMessages {
  add(message: Omit<StoredProfileMessage, "id">): StoredProfileMessage;
  /** Waiting for `to`, oldest first; the first `limit` of them if given. */
  waiting(to: Uid, limit?: number): StoredProfileMessage[];
  /** Not yet delivered, oldest first. */
  sentBy(from: Uid): StoredProfileMessage[];
  count(to: Uid): number;
  /** After they were handed to the receiver's socket. */
  remove(ids: readonly number[]): void;
}

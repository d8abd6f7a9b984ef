/**
 * The targets of a browser's WebSockets: chat, voice and video.
 *
 * @module
 */
import type { Uid } from "../../domain/store.ts";
import type { Wire } from "../../net/wire.ts";

/** The chat session that a voice or video connection belongs to. */
export interface Owner {
  readonly uid: Uid;
  /** Number of the chat session. */
  readonly session: number;
}

/** A chat connection that was admitted. */
export interface ChatLine {
  /**
   * Returns the signed-on account and its session; undefined before and after.
   */
  owner(): Owner | undefined;
  /** Allows `uid` to sign on without a password. */
  allow(uid: Uid): void;
}

export interface SocketPorts {
  /** Serves a chat connection. Returns undefined when it is refused. */
  chat(wire: Wire): ChatLine | undefined;
  /** Serves a voice link of `owner`. Returns false when it is refused. */
  voice(wire: Wire, owner: Owner): boolean;
  /** Serves the pictures of `owner`; absent when there is no video. */
  readonly video?: (wire: Wire, owner: Owner) => boolean;
  /** Returns the chat session of an account; undefined: offline. */
  sessionOf(uid: Uid): number | undefined;
}

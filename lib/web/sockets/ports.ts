/**
 * What WebSockets of a browser connect to: chat, voice and video.
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
  /** The account signed on and its session; undefined before and after. */
  owner(): Owner | undefined;
  /** Lets `uid` sign on without a password. */
  allow(uid: Uid): void;
}

export interface SocketPorts {
  /** Serves a chat connection; undefined: refused. */
  chat(wire: Wire): ChatLine | undefined;
  /** Serves a voice link of `owner`; false: refused. */
  voice(wire: Wire, owner: Owner): boolean;
  /** Serves the pictures of `owner`; absent: there is no video. */
  readonly video?: (wire: Wire, owner: Owner) => boolean;
  /** The chat session of an account; undefined: offline. */
  sessionOf(uid: Uid): number | undefined;
}

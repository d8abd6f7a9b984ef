/**
 * Members who are reached by datagrams.
 *
 * @module
 */
import type { Uid } from "../domain/store.ts";
import type { TokenBucket } from "../net/rates.ts";
import type { Traffic } from "./counters.ts";

/**
 * How a datagram carries its frame: with the length in front, or without it.
 */
export type Form = "bare" | "prefixed";

/** A member who is reached by datagrams. */
export interface Peer {
  readonly uid: Uid;
  /**
   * How the port is known: from a hello, from voice with a prefix, or assumed
   * to be the port of the real client, which announces none.
   */
  readonly known: "hello" | "voice" | "assumed";
  readonly target: {
    readonly transport: "udp";
    readonly hostname: string;
    readonly port: number;
  };
  /** The addresses of this machine to send from, best first. */
  from?: readonly string[];
  /** The form in which the peer sends, once it has sent. */
  form: Form | undefined;
  /** When the peer was first known. */
  readonly since: number;
  /**
   * Limits what is sent to a member who has never opened voice: that client may
   * be in UDP mode, in which it listens silently, or may have no voice at all.
   */
  readonly meter?: TokenBucket;
  readonly traffic: Traffic;
}

/** The datagram socket, as the relay sees it. */
export interface Datagrams {
  /**
   * Returns false for our own socket, and for addresses that UDP mode cannot
   * reach.
   */
  reaches(address: string, port: number): boolean;
  /** Sends a datagram. `bytes` must not change before the send has ended. */
  send(bytes: Uint8Array, peer: Peer): void;
}

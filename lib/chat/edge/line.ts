/**
 * The port between the chat server and its clients' connections. The server
 * sees lines and does not know where their sockets are; an edge reads and
 * writes sockets and does not know the rules (docs/adr/0016-the-edge-port.md).
 *
 * @module
 */
import type { Receipt } from "../../domain/effects.ts";
import type { MediaServer, Services } from "../context.ts";
import type { Session } from "../../domain/session.ts";
import type { Endpoint, Wire } from "../../net/wire.ts";

/** One client's connection, as the server uses it. */
export interface Line {
  readonly session: Session;
  /** The client's TCP port. */
  readonly port: number;
  /**
   * Times of a steady clock: when it was opened, and when its latest packet
   * arrived.
   */
  readonly openedAt: number;
  readonly lastPacketAt: number;
  readonly packetsIn: number;
  readonly packetsOut: number;
  /** Bytes waiting to be written. */
  readonly queuedBytes: number;
  /**
   * True while the client is neither signed on nor waiting for a password
   * check, so that the connection may be closed to make room.
   */
  readonly mayYield: boolean;
  /**
   * Queues frames, which may be shared and must never change afterwards.
   * Returns true when they wait for {@linkcode flush}.
   */
  push(frames: Uint8Array, receipt?: Receipt): boolean;
  flush(): void;
  /**
   * Called when the client has signed on: allows longer frames and more
   * packets.
   */
  signedOn(): void;
  /** Charges for the answer to an awaited packet, in bytes. */
  answered(bytes: number): void;
  /** Delays the client's next packet by at least this many milliseconds. */
  hold(ms: number): void;
  /**
   * Returns for how many milliseconds the client has read nothing of its queue.
   * It is only as accurate as the interval at which it is called.
   */
  stuckFor(now: number): number;
  /**
   * Stops accepting frames: the queue is still written, then the write side is
   * closed. Packets from the client are handled until the end.
   */
  seal(): void;
  /**
   * Returns whether it was sealed a while ago, everything is written, and every
   * complete frame has been handled.
   */
  isSettled(now: number): boolean;
  /** Writes the queue and closes, within a time limit. */
  close(reason: string): Promise<void>;
  /** Closes a connection whose client has gone. */
  dead(reason: string): void;
  /** Closes immediately. */
  end(reason: string): void;
}

/** A frame that has arrived; its payload is valid only until the next one. */
export interface ReceivedFrame {
  readonly type: number;
  readonly version: number;
  payload(): Uint8Array;
}

/** The server's side of one line. */
export interface LineHandler {
  readonly session: Session;
  /** Fields for every log line about this client. */
  readonly who: Record<string, unknown>;
  /** Called when the client has sent nothing for a while after connecting. */
  silent(): void;
  /** Called for every frame that arrives, before the rate is checked. */
  frameIn(frame: ReceivedFrame): void;
  /** Called for everything that is queued, in the client's own form. */
  frameOut(frames: Uint8Array): void;
  /** Handles a packet. Its payload is valid until this returns or resolves. */
  packet(type: number, payload: Uint8Array, now: number): void | Promise<void>;
  /** Called once, when packets over the rate begin to be dropped. */
  overRate(): void;
  /** Called when the operating system has the bytes up to a receipt. */
  written(receipt: Receipt): void;
  /** Ends the session and shows its user a sentence. */
  expel(sentence: string, reason: string): void;
  /** Called once, when the line has ended. */
  ended(reason: string): void;
}

/** Announces a new line to the server and returns the server's side of it. */
export type OpenLine = (
  line: Line,
  remote: Endpoint,
  local: Endpoint,
) => LineHandler;

/** Parts of the process that an edge needs. */
export type EdgeServices =
  & Pick<Services, "clock" | "steady" | "settings" | "counters" | "log">
  & { readonly media: Pick<MediaServer, "addressFor"> };

/** A source of lines. */
export interface Edge {
  /** The address that it listens on. */
  readonly address: Deno.NetAddr;
  /** Starts accepting connections. */
  start(): void;
  /**
   * Serves a wire that another listener has accepted, under the same limits.
   * Returns undefined when it is refused; the caller must then close the wire.
   */
  adopt(wire: Wire): Line | undefined;
  /**
   * Stops accepting connections. Resolves when no connection is being opened.
   */
  stop(): Promise<void>;
}

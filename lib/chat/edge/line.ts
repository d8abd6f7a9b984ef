/**
 * The port between the chat server and the connections of its clients. The
 * server sees lines, and does not know where their sockets are; an edge reads
 * and writes sockets, and does not know the rules
 * (docs/adr/0016-the-edge-port.md).
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
  /** The client's port. */
  readonly port: number;
  /** Steady times: when it was opened, and when its latest packet came. */
  readonly openedAt: number;
  readonly lastPacketAt: number;
  readonly packetsIn: number;
  readonly packetsOut: number;
  /** Bytes that wait to be written. */
  readonly queuedBytes: number;
  /** Neither signed on nor waiting for a password check. */
  readonly mayYield: boolean;
  /**
   * Queues frames, which may be shared and never change afterwards. True when
   * they wait for {@linkcode flush}.
   */
  push(frames: Uint8Array, receipt?: Receipt): boolean;
  flush(): void;
  /** The client has signed on: longer frames and more packets are allowed. */
  signedOn(): void;
  /** The answer to an awaited packet had so many bytes. */
  answered(bytes: number): void;
  /**
   * For how many milliseconds the client has read nothing of what waits for
   * it. To be called now and then: the answer is as fine as that.
   */
  stuckFor(now: number): number;
  /**
   * Ends the writing: what waits is still written, then the client is told
   * that nothing follows. What the client sends is handled until the end.
   */
  seal(): void;
  /** Sealed for a while, everything written, and every frame that came whole. */
  isSettled(now: number): boolean;
  /** Writes what waits and closes, within a bound. */
  close(reason: string): Promise<void>;
  /** Closes a connection whose client is gone. */
  dead(reason: string): void;
  /** Closes at once. */
  end(reason: string): void;
}

/** A frame that has arrived; its payload is valid until the next one. */
export interface ReceivedFrame {
  readonly type: number;
  readonly version: number;
  payload(): Uint8Array;
}

/** The server's side of one line. */
export interface LineHandler {
  readonly session: Session;
  /** Fields that every log line about this client carries. */
  readonly who: Record<string, unknown>;
  /** The client has sent nothing for a while after connecting. */
  silent(): void;
  /** Every frame that arrives, before its rate is looked at. */
  frameIn(frame: ReceivedFrame): void;
  /** Everything that is queued, in the client's own form. */
  frameOut(frames: Uint8Array): void;
  /** Handles a packet whose payload is valid until this returns or resolves. */
  packet(type: number, payload: Uint8Array, now: number): void | Promise<void>;
  /** Packets over the rate are dropped from now on; called once. */
  overRate(): void;
  /** The bytes up to a receipt are with the operating system. */
  written(receipt: Receipt): void;
  /** Ends the session with a sentence for its user. */
  expel(sentence: string, reason: string): void;
  /** The line has ended; called once. */
  ended(reason: string): void;
}

/** Introduces a new line to the server. */
export type OpenLine = (
  line: Line,
  remote: Endpoint,
  local: Endpoint,
) => LineHandler;

/** What an edge needs of the process that it belongs to. */
export type EdgeServices =
  & Pick<Services, "clock" | "steady" | "settings" | "counters" | "log">
  & { readonly media: Pick<MediaServer, "addressFor"> };

/** Where lines come from. */
export interface Edge {
  /** The address on which it listens. */
  readonly address: Deno.NetAddr;
  /** Starts to accept. */
  start(): void;
  /**
   * Serves a wire that another listener has accepted, under the same limits.
   * Returns undefined when it is refused; closing it is then up to the caller.
   */
  adopt(wire: Wire): Line | undefined;
  /** Accepts nothing more; resolves when no connection is being opened. */
  stop(): Promise<void>;
}

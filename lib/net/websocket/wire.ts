/**
 * A wire over a WebSocket: a stream of bytes in binary messages, whose
 * boundaries have no meaning.
 *
 * @module
 */
import { TokenBucket } from "../rates.ts";
import type { Endpoint, Wire } from "../wire.ts";
import { FrameWriter } from "./frame_writer.ts";
import { FrameReader } from "./frames.ts";

/** Close codes of RFC 6455. */
export const CLOSE = {
  normal: 1000,
  goingAway: 1001,
  protocolError: 1002,
  unsupportedData: 1003,
  policyViolation: 1008,
  tooLarge: 1009,
  tryAgainLater: 1013,
} as const;

/** Bytes read from the connection at once. */
const READ_BYTES = 16_384;
/** Milliseconds of silence after which the client is sent a ping. */
const PING_MS = 25_000;
/** Milliseconds of silence after which the connection is considered dead. */
const DEAD_MS = 65_000;
/** Milliseconds for the client to answer a Close frame. */
const CLOSING_MS = 1000;
/** Frames that may arrive at once, in seconds of the permitted rate. */
const BURST_SECONDS = 3;

/** The part of a TCP or TLS connection that a wire needs. */
export type Stream = Pick<Deno.Conn, "read" | "write" | "close">;

export interface WebSocketLimits {
  /** Longest message accepted, in bytes. */
  readonly maxMessage: number;
  /** Maximum frames per second, averaged over a few seconds. */
  readonly framesPerSecond: number;
}

export interface WebSocketOptions {
  readonly stream: Stream;
  readonly remote: Endpoint;
  readonly local: Endpoint;
  readonly limits: WebSocketLimits;
  /** Bytes that arrived together with the handshake. */
  readonly rest: Uint8Array;
}

export class WebSocketWire implements Wire {
  readonly remote: Endpoint;
  readonly local: Endpoint;
  /**
   * Handles text messages. Returns false for unexpected ones; without a handler
   * all are unexpected.
   */
  onText: ((text: string) => boolean) | undefined;
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>;

  readonly #stream: Stream;
  readonly #writer: FrameWriter;
  readonly #reader: FrameReader;
  readonly #buffer = new Uint8Array(READ_BYTES);
  readonly #resolveClosed: () => void;
  /** Bytes received and not read yet. */
  #pending: Uint8Array[] = [];
  #rest: Uint8Array | undefined;
  #pong: Uint8Array | undefined;
  #pinged = false;
  #heardAt = performance.now();
  readonly #frames: TokenBucket;
  /** Nothing more will be received. */
  #over = false;
  #closed = false;

  constructor(options: WebSocketOptions) {
    this.#stream = options.stream;
    this.#writer = new FrameWriter(options.stream);
    const { framesPerSecond } = options.limits;
    this.#frames = new TokenBucket({
      perSecond: framesPerSecond,
      burst: BURST_SECONDS * framesPerSecond,
    });
    this.remote = options.remote;
    this.local = options.local;
    this.#rest = options.rest.length > 0 ? options.rest : undefined;
    const closed = Promise.withResolvers<void>();
    this.closed = closed.promise;
    this.#resolveClosed = closed.resolve;
    this.#reader = new FrameReader(options.limits.maxMessage, {
      message: (data, binary) => this.#received(data, binary),
      ping: (data) => this.#answerPing(data),
      pong: () => this.#count(),
      closed: (code) => this.#concluded(code),
    });
  }

  async read(into: Uint8Array): Promise<number | null> {
    for (;;) {
      if (this.#pending.length > 0) return this.#take(into);
      if (!await this.#readMore()) return null;
    }
  }

  /**
   * Returns the first message, text or binary, as text. Must be called before
   * anything else is read. Returns undefined when the client closes first.
   */
  async firstMessage(): Promise<string | undefined> {
    let text: string | undefined;
    this.onText = (first) => {
      const isFirst = text === undefined && this.#pending.length === 0;
      text ??= first;
      return isFirst;
    };
    try {
      while (text === undefined && this.#pending.length === 0) {
        if (!await this.#readMore()) return undefined;
      }
    } catch {
      // Reset by the client, or closed by the server.
      return undefined;
    } finally {
      this.onText = undefined;
    }
    return text ?? new TextDecoder().decode(this.#pending.shift());
  }

  /** Returns false when nothing more will arrive. */
  async #readMore(): Promise<boolean> {
    const { failure } = this.#reader;
    if (failure !== undefined) this.#fail(failure);
    if (this.#over) return false;
    const bytes = await this.#receive();
    if (bytes === null) {
      this.#over = true;
      return false;
    }
    this.#heardAt = performance.now();
    this.#pinged = false;
    const fed = this.#reader.feed(bytes);
    // A violation after a complete message is reported at the next read.
    if (this.#pending.length === 0) await fed;
    return true;
  }

  /**
   * `bytes` must not change later, because the frame may serve other wires too.
   */
  write(bytes: Uint8Array): Promise<number> {
    return this.#writer.write(bytes);
  }

  /** Sends a text message, separate from the stream of bytes. */
  sendText(text: string): void {
    this.#writer.sendLater("text", new TextEncoder().encode(text));
  }

  async closeWrite(): Promise<void> {
    await this.#writer.close(CLOSE.normal);
  }

  close(): void {
    if (this.#closed) throw new Deno.errors.BadResource("already closed");
    this.#closed = this.#over = true;
    this.#resolveClosed();
    this.#stream.close();
  }

  /** Closes with a code and a reason for the client. */
  async end(code: number, reason: string): Promise<void> {
    const timer = setTimeout(() => this.#closeOnce(), CLOSING_MS);
    try {
      await this.#writer.close(code, reason);
      // A socket closed with unread bytes is reset and loses what was written.
      while (!this.#closed && await this.#stream.read(this.#buffer) !== null);
    } catch {
      // The client closed first.
    } finally {
      clearTimeout(timer);
      this.#closeOnce();
    }
  }

  /** Must be called about once per second; `now` is `performance.now()`. */
  tick(now: number): void {
    const silence = now - this.#heardAt;
    if (silence > DEAD_MS) return this.#closeOnce();
    if (silence < PING_MS || this.#pinged) return;
    this.#pinged = true;
    this.#writer.sendLater("ping", new Uint8Array());
  }

  async #receive(): Promise<Uint8Array | null> {
    const rest = this.#rest;
    if (rest !== undefined) {
      this.#rest = undefined;
      return rest;
    }
    const count = await this.#stream.read(this.#buffer);
    // Copied because the reader unmasks in place and keeps incomplete frames.
    return count === null ? null : this.#buffer.slice(0, count);
  }

  #take(into: Uint8Array): number {
    const first = this.#pending[0]!;
    if (first.length <= into.length) {
      into.set(first);
      this.#pending.shift();
      return first.length;
    }
    into.set(first.subarray(0, into.length));
    this.#pending[0] = first.subarray(into.length);
    return into.length;
  }

  #received(data: Uint8Array, binary: boolean): void {
    if (!this.#count()) return;
    if (binary) {
      if (data.length > 0) this.#pending.push(data);
    } else if (!this.onText?.(new TextDecoder().decode(data))) {
      this.#fail(CLOSE.unsupportedData);
    }
  }

  #answerPing(data: Uint8Array): void {
    if (!this.#count()) return;
    // One answer for all pings that arrive while it is queued (RFC 6455,
    // 5.5.3).
    const waits = this.#pong !== undefined;
    this.#pong = data;
    if (!waits) this.#writer.sendLater("pong", () => this.#takePong());
  }

  #takePong(): Uint8Array {
    const data = this.#pong ?? new Uint8Array();
    this.#pong = undefined;
    return data;
  }

  /** Charges one frame to its sender. Returns false when there are too many. */
  #count(): boolean {
    if (this.#over) return false;
    if (this.#frames.take(performance.now(), 1)) return true;
    this.#fail(CLOSE.policyViolation);
    return false;
  }

  #concluded(code: number): void {
    this.#over = true;
    // 1005 means that the client gave no code; it is never sent.
    void this.#writer.close(code === 1005 ? CLOSE.normal : code).catch(
      () => {},
    );
  }

  /** Closes because the client broke the protocol, and reads nothing more. */
  #fail(code: number): void {
    if (this.#over) return;
    this.#over = true;
    void this.#writer.close(code).catch(() => {});
  }

  #closeOnce(): void {
    if (!this.#closed) this.close();
  }
}

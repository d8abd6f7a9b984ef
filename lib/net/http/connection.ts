/**
 * One HTTP connection and its requests, one after the other.
 *
 * @module
 */
import type { Acceptable } from "../acceptor.ts";
import { plainAddress } from "../addresses.ts";
import type { Stream } from "../tls/secure_connection.ts";
import { handshakeAnswer } from "../websocket/handshake.ts";
import { WebSocketWire } from "../websocket/wire.ts";
import { ReadBuffer } from "./read_buffer.ts";
import { readHead, type RequestHead } from "./request_head.ts";
import { bareResponse, writeResponse } from "./response.ts";
import { Upgrade } from "./upgrade.ts";

/** Time limits, in milliseconds. */
export interface Deadlines {
  /**
   * From the start of the connection, or the first byte of a request, to the
   * request's last byte.
   */
  readonly requestMs: number;
  /** Between two requests. */
  readonly idleMs: number;
  /** For making the page. */
  readonly answerMs: number;
  /** For the other end to receive a piece of the answer. */
  readonly writeMs: number;
}

export const DEADLINES: Deadlines = {
  requestMs: 15_000,
  idleMs: 65_000,
  answerMs: 60_000,
  writeMs: 20_000,
};

const MOST_HEAD = 16 * 1024;
/**
 * Longest body in bytes, longer than any form (../form.ts): it is buffered
 * until it is complete.
 */
const MOST_BODY = 64 * 1024;
/**
 * Bytes of a longer body that are read and discarded, so that the answer
 * arrives.
 */
const MOST_PASSED = 1024 * 1024;
/** Bytes read at a time. */
const SCRATCH = 8192;
const CONTINUE = new TextEncoder().encode("HTTP/1.1 100 Continue\r\n\r\n");

export type Answer = (
  request: Request,
  remote: string,
  local: string,
  /** Over TLS that this server terminates itself, rather than a proxy. */
  secure: boolean,
) => Promise<Response | Upgrade>;

export class HttpConnection implements Acceptable {
  readonly address: string;
  readonly #conn: Stream;
  readonly #answer: Answer;
  readonly #deadlines: Deadlines;
  readonly #upgraded: () => void;
  /** Bytes read and not used yet. */
  readonly #held = new ReadBuffer();
  readonly #scratch = new Uint8Array(SCRATCH);
  /** The pending read: there is never more than one. */
  #reading: Promise<boolean> | undefined;
  #deadline: number;
  /** Nothing is in progress: closing the connection loses nothing. */
  #resting = true;
  #answering = false;
  #last = false;
  #wire: WebSocketWire | undefined;

  /** `onRest` is called before waiting for each request. */
  constructor(
    conn: Stream,
    answer: Answer,
    deadlines: Deadlines,
    upgraded: () => void = () => {},
    readonly onRest: () => void = () => {},
  ) {
    this.#conn = conn;
    this.#upgraded = upgraded;
    this.#answer = answer;
    this.#deadlines = deadlines;
    this.address = plainAddress(conn.remoteAddr.hostname);
    this.#deadline = performance.now() + deadlines.requestMs;
  }

  /** True while no page is being made and no stream is open. */
  get mayYield(): boolean {
    return !this.#answering;
  }

  yieldRoom(): void {
    this.close();
  }

  /** Completes the current answer and accepts no further request. */
  endSoon(): void {
    this.#last = true;
    if (this.#resting) this.close();
  }

  /**
   * True once this connection is a WebSocket, which the page server no longer
   * owns.
   */
  get isUpgraded(): boolean {
    return this.#wire !== undefined;
  }

  /**
   * Closes the connection when it has passed a deadline. Must be called about
   * once per second.
   */
  tick(now: number): void {
    if (this.#wire !== undefined) this.#wire.tick(now);
    else if (now > this.#deadline) this.close();
  }

  close(): void {
    try {
      this.#conn.close();
    } catch {
      // Closed already.
    }
  }

  /**
   * Serves requests until either end closes. Rejects when the other end breaks
   * off.
   */
  async serve(): Promise<void> {
    for (;;) {
      const head = await this.#readHead();
      if (head === "closed") return;
      this.#resting = false;
      if (head === null) {
        await this.#refuse(400, "Not understood.");
        return;
      }
      if (head.bodyLength > MOST_BODY) {
        await this.#refuse(413, "This is too long.");
        await this.#passOver(head.bodyLength);
        return;
      }
      const body = await this.#readBody(head);
      if (body === null) return;
      this.#answering = true;
      const stays = await this.#respond(head, body);
      this.#answering = false;
      if (!stays || this.#last) return;
      this.#resting = true;
      this.onRest();
    }
  }

  #allow(ms: number): void {
    this.#deadline = performance.now() + ms;
  }

  /** Reads more bytes. Returns false at the end of the stream. */
  #more(): Promise<boolean> {
    return this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
  }

  async #read(): Promise<boolean> {
    const n = await this.#conn.read(this.#scratch);
    if (n === null) return false;
    this.#held.append(this.#scratch.subarray(0, n));
    return true;
  }

  /**
   * Continues reading while a page is made, to notice a reader that
   * disconnects. A limited amount of what it sends is kept for the next
   * request.
   */
  async #watchForEnd(gone: AbortController): Promise<void> {
    try {
      while (this.#answering && this.#held.length < MOST_HEAD) {
        if (await this.#more()) continue;
        return gone.abort();
      }
    } catch {
      // Reset, or closed by us.
      gone.abort();
    }
  }

  async #readHead(): Promise<RequestHead | "closed" | null> {
    const held = this.#held;
    // Offset at which the next search for the end of a line begins.
    let looked = 0;
    for (;;) {
      // Empty lines before a request are left over from the previous one.
      if (looked === 0) held.skipLineEnds();
      // Parsed only when it may be complete: a head that arrives byte by byte
      // must not be parsed for each byte.
      if (held.mayEndHead(looked) || held.length >= MOST_HEAD) {
        const head = readHead(latin1(held.bytes.subarray(0, MOST_HEAD)));
        if (head !== "incomplete") {
          held.drop(head?.length ?? 0);
          return head;
        }
      }
      if (held.length >= MOST_HEAD) return null;
      looked = held.length;
      const first = held.length === 0;
      if (!await this.#more()) return "closed";
      if (first) this.#allow(this.#deadlines.requestMs);
    }
  }

  /** Returns null when the other end broke off. */
  async #readBody(head: RequestHead): Promise<Uint8Array<ArrayBuffer> | null> {
    const { bodyLength } = head;
    if (/^100-continue$/i.test(head.headers.get("expect") ?? "")) {
      await writeAll(this.#conn, CONTINUE);
    }
    while (this.#held.length < bodyLength) {
      if (!await this.#more()) return null;
    }
    const body = this.#held.bytes.slice(0, bodyLength);
    this.#held.drop(bodyLength);
    return body;
  }

  /** Answers one request. Returns whether the connection stays open. */
  async #respond(
    head: RequestHead,
    body: Uint8Array<ArrayBuffer>,
  ): Promise<boolean> {
    this.#allow(this.#deadlines.answerMs);
    const isHead = head.method === "HEAD";
    const gone = new AbortController();
    // Bytes after a handshake are for the WebSocket to read.
    if (!head.headers.has("upgrade")) void this.#watchForEnd(gone);
    let response: Response | Upgrade;
    try {
      const request = new Request(`http://pages${head.path}${head.query}`, {
        method: isHead ? "GET" : head.method,
        headers: head.headers,
        signal: gone.signal,
        ...(head.method === "POST" && { body }),
      });
      response = await this.#answer(
        request,
        this.address,
        this.#conn.localAddr.hostname,
        this.#conn.secure ?? false,
      );
    } catch (error) {
      // Methods that Request rejects, such as TRACE.
      if (!(error instanceof TypeError)) throw error;
      response = bareResponse(405, "Not this way.");
    }
    if (response instanceof Upgrade) {
      await this.#upgrade(response);
      return false;
    }
    const stays = head.version === "1.1" && !this.#last &&
      !/\bclose\b/i.test(head.headers.get("connection") ?? "");
    const kept = await writeResponse({
      response,
      version: head.version === "1.1" ? "1.1" : "1.0",
      withBody: !isHead,
      stays,
      write: async (bytes) => {
        this.#allow(this.#deadlines.writeMs);
        await writeAll(this.#conn, bytes);
      },
      whileStreaming: (end) => {
        this.#deadline = Infinity;
        if (gone.signal.aborted) end();
        else gone.signal.addEventListener("abort", end);
      },
    });
    this.#allow(this.#deadlines.idleMs);
    return kept;
  }

  /** Resolves when the WebSocket is closed. */
  async #upgrade(upgrade: Upgrade): Promise<void> {
    const { key, protocol, address, limits } = upgrade;
    const head = handshakeAnswer(key, protocol);
    this.#allow(this.#deadlines.writeMs);
    await writeAll(this.#conn, new TextEncoder().encode(head));
    const { localAddr, remoteAddr } = this.#conn;
    const wire = new WebSocketWire({
      stream: this.#conn,
      remote: { host: address, port: remoteAddr.port },
      local: { host: plainAddress(localAddr.hostname), port: localAddr.port },
      limits,
      rest: this.#held.bytes.slice(),
    });
    this.#wire = wire;
    this.#upgraded();
    upgrade.serve(wire);
    await wire.closed;
  }

  async #refuse(status: number, sentence: string): Promise<void> {
    await writeResponse({
      response: bareResponse(status, sentence),
      version: "1.0",
      withBody: true,
      stays: false,
      write: (bytes) => writeAll(this.#conn, bytes),
      whileStreaming() {},
    });
  }

  /**
   * Reads and discards up to `bytes` bytes: a socket closed with unread bytes
   * is reset, and the answer would be lost.
   */
  async #passOver(bytes: number): Promise<void> {
    await this.finish();
    for (let left = Math.min(bytes, MOST_PASSED); left > 0;) {
      const n = await this.#conn.read(this.#scratch);
      if (n === null) return;
      left -= n;
    }
  }

  /** Closes the write side and discards input, so that the answer is read. */
  async finish(): Promise<void> {
    await this.#conn.closeWrite();
  }
}

async function writeAll(conn: Stream, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await conn.write(bytes.subarray(at));
  }
}

/** Decodes one character per byte. */
function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

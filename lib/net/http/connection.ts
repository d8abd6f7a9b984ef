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
import type { RequestHead } from "./request_head.ts";
import { RequestReader } from "./request_reader.ts";
import { bareResponse, writeResponse } from "./response.ts";
import { writeAll } from "../write_all.ts";
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
  readonly #reader: RequestReader;
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
    this.#reader = new RequestReader(
      conn,
      () => this.#allow(deadlines.requestMs),
    );
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
      const head = await this.#reader.head();
      if (head === "closed") return;
      this.#resting = false;
      if (head === null) {
        await this.#refuse(400, "Not understood.");
        return;
      }
      if (head.bodyLength > MOST_BODY) {
        await this.#refuse(413, "This is too long.");
        await this.finish();
        await this.#reader.discard(Math.min(head.bodyLength, MOST_PASSED));
        return;
      }
      const body = await this.#reader.body(head);
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

  /**
   * Continues reading while a page is made, to notice a reader that
   * disconnects. A limited amount of what it sends is kept for the next
   * request.
   */
  async #watchForEnd(gone: AbortController): Promise<void> {
    try {
      while (this.#answering && !this.#reader.isFull) {
        if (await this.#reader.more()) continue;
        return gone.abort();
      }
    } catch {
      // Reset, or closed by us.
      gone.abort();
    }
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
      rest: this.#reader.rest,
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

  /** Closes the write side and discards input, so that the answer is read. */
  async finish(): Promise<void> {
    await this.#conn.closeWrite();
  }
}

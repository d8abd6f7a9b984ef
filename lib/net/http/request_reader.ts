/**
 * The reading side of an HTTP connection: heads and bodies of requests.
 *
 * @module
 */
import type { Stream } from "../tls/secure_connection.ts";
import { ReadBuffer } from "./read_buffer.ts";
import { readHead, type RequestHead } from "./request_head.ts";
import { writeAll } from "../write_all.ts";

const MOST_HEAD = 16 * 1024;
/** Bytes read at a time. */
const SCRATCH = 8192;
const CONTINUE = new TextEncoder().encode("HTTP/1.1 100 Continue\r\n\r\n");

export class RequestReader {
  readonly #conn: Stream;
  readonly #onFirstByte: () => void;
  /** Bytes read and not used yet. */
  readonly #held = new ReadBuffer();
  readonly #scratch = new Uint8Array(SCRATCH);
  /** The pending read: there is never more than one. */
  #reading: Promise<boolean> | undefined;

  /** `onFirstByte` is called when a request begins to arrive. */
  constructor(conn: Stream, onFirstByte: () => void) {
    this.#conn = conn;
    this.#onFirstByte = onFirstByte;
  }

  /** True when as much is held as the head of a request may be long. */
  get isFull(): boolean {
    return this.#held.length >= MOST_HEAD;
  }

  /** Returns a copy of the bytes that were read and belong to no request. */
  get rest(): Uint8Array {
    return this.#held.bytes.slice();
  }

  /** Reads more bytes. Returns false at the end of the stream. */
  more(): Promise<boolean> {
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

  /** Reads the head of a request; null when it is malformed or too long. */
  async head(): Promise<RequestHead | "closed" | null> {
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
      if (!await this.more()) return "closed";
      if (first) this.#onFirstByte();
    }
  }

  /** Returns null when the other end broke off. */
  async body(head: RequestHead): Promise<Uint8Array<ArrayBuffer> | null> {
    const { bodyLength } = head;
    if (/^100-continue$/i.test(head.headers.get("expect") ?? "")) {
      await writeAll(this.#conn, CONTINUE);
    }
    while (this.#held.length < bodyLength) {
      if (!await this.more()) return null;
    }
    const body = this.#held.bytes.slice(0, bodyLength);
    this.#held.drop(bodyLength);
    return body;
  }

  /**
   * Reads and discards up to `bytes` bytes: a socket closed with unread bytes
   * is reset, and the answer would be lost.
   */
  async discard(bytes: number): Promise<void> {
    for (let left = bytes; left > 0;) {
      const n = await this.#conn.read(this.#scratch);
      if (n === null) return;
      left -= n;
    }
  }
}

/** Decodes one character per byte. */
function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

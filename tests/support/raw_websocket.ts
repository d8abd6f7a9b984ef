/**
 * A WebSocket client that can send any bytes, including forbidden ones. It
 * shares no code with the server.
 *
 * @module
 */
import { concat } from "../../lib/protocol/bytes.ts";

/** The example key of RFC 6455, section 1.3, and its answer. */
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

export interface Frame {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

export interface FrameOptions {
  readonly fin?: boolean;
  readonly masked?: boolean;
  readonly rsv?: number;
}

/** Encodes a client's frame. */
export function clientFrame(
  opcode: number,
  payload: Uint8Array,
  { fin = true, masked = true, rsv = 0 }: FrameOptions = {},
): Uint8Array {
  const { length } = payload;
  const first = (fin ? 0x80 : 0) | rsv << 4 | opcode;
  const flag = masked ? 0x80 : 0;
  const head = length < 126
    ? [first, flag | length]
    : length < 65536
    ? [first, flag | 126, length >> 8, length & 0xff]
    : [first, flag | 127, 0, 0, 0, 0, ...u32(length)];
  const mask = masked ? [0x11, 0x22, 0x33, 0x44] : [];
  const body = masked ? payload.map((byte, i) => byte ^ mask[i % 4]!) : payload;
  return concat([Uint8Array.from([...head, ...mask]), body]);
}

const u32 = (n: number) => [n >>> 24, n >>> 16 & 255, n >>> 8 & 255, n & 255];

export class RawWebSocket implements AsyncDisposable {
  readonly #conn: Deno.TcpConn;
  #held: Uint8Array;

  private constructor(conn: Deno.TcpConn, held: Uint8Array) {
    this.#conn = conn;
    this.#held = held;
  }

  /**
   * Opens a WebSocket; `more` adds or replaces headers. Throws the server's
   * answer when it refuses.
   */
  static async open(
    port: number,
    path: string,
    more: Readonly<Record<string, string | null>> = {},
    first: Uint8Array = new Uint8Array(),
  ): Promise<RawWebSocket> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    const headers: Record<string, string | null> = {
      "Host": `127.0.0.1:${port}`,
      "Origin": `http://127.0.0.1:${port}`,
      "Connection": "keep-alive, Upgrade",
      "Upgrade": "WebSocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": KEY,
      ...more,
    };
    const head = `GET ${path} HTTP/1.1\r\n` +
      Object.entries(headers).map(([name, value]) =>
        value === null ? "" : `${name}: ${value}\r\n`
      ).join("") + "\r\n";
    await writeAll(conn, concat([new TextEncoder().encode(head), first]));
    let held = new Uint8Array();
    let text = "";
    for (let end = -1; end < 0;) {
      const bytes = await readSome(conn);
      if (bytes === null) break;
      held = concat([held, bytes]);
      text = new TextDecoder("latin1").decode(held);
      end = text.indexOf("\r\n\r\n");
    }
    const end = text.indexOf("\r\n\r\n");
    if (!text.startsWith("HTTP/1.1 101 ") || !text.includes(ACCEPT)) {
      conn.close();
      throw new Refused(text);
    }
    const socket = new RawWebSocket(conn, held.slice(end + 4));
    socket.head = text.slice(0, end);
    return socket;
  }

  /** Head of the server's answer to the handshake. */
  head = "";

  async send(...frames: Uint8Array[]): Promise<void> {
    await writeAll(this.#conn, concat(frames));
  }

  /** Returns the next frame; null at the end of the stream. */
  async next(): Promise<Frame | null> {
    for (;;) {
      const held = this.#held;
      const short = held[1] ?? 0;
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (held.length >= head) {
        const view = new DataView(held.buffer, held.byteOffset);
        const length = short < 126
          ? short
          : short === 126
          ? view.getUint16(2)
          : view.getUint32(6);
        if (held.length >= head + length) {
          this.#held = held.slice(head + length);
          return {
            opcode: held[0]! & 15,
            payload: held.slice(head, head + length),
          };
        }
      }
      const bytes = await readSome(this.#conn);
      if (bytes === null) return null;
      this.#held = concat([held, bytes]);
    }
  }

  /** Returns the code of the next Close frame, skipping other frames. */
  async closeCode(): Promise<number | null> {
    for (let frame; (frame = await this.next()) !== null;) {
      if (frame.opcode !== 8) continue;
      return frame.payload[0]! << 8 | frame.payload[1]!;
    }
    return null;
  }

  close(): void {
    try {
      this.#conn.close();
    } catch {
      // Already closed.
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }
}

/** Thrown when the server refuses the handshake; the message is its answer. */
export class Refused extends Error {
  get status(): number {
    return Number(this.message.slice(9, 12));
  }
}

async function readSome(conn: Deno.TcpConn): Promise<Uint8Array | null> {
  const bytes = new Uint8Array(65536);
  try {
    const count = await conn.read(bytes);
    return count === null ? null : bytes.slice(0, count);
  } catch {
    return null;
  }
}

async function writeAll(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await conn.write(bytes.subarray(at));
  }
}

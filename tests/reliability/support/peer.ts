/**
 * A minimal client for tests that must send what no normal client would: it can
 * sign on, write any bytes, and wait for frames. It checks nothing.
 *
 * @module
 */
import { encodeDigits, keyOffset } from "../../../lib/protocol/challenge.ts";
import {
  CLIENT_VERSION,
  encodeFrame,
  type Frame,
  FrameDecoder,
} from "../../../lib/protocol/frame.ts";
import { hazardIn } from "../../../lib/protocol/hazards.ts";
import {
  CLIENT_TYPES,
  type ClientTypeName,
  SERVER_TYPES,
  type ServerTypeName,
} from "../../../lib/protocol/packet_types.ts";
import { clientHello, lymerick } from "../../../lib/protocol/packets/signon.ts";
import { concat } from "../../../lib/protocol/bytes.ts";
import { decodeText, encodeText } from "../../../lib/protocol/windows1252.ts";

export const PASSWORD = "secret11";

/** Returns a complete frame of the client; the payload is given in parts. */
export function packet(
  name: ClientTypeName,
  ...parts: (Uint8Array | string | number[])[]
): Uint8Array<ArrayBuffer> {
  const bytes = parts.map((part) =>
    typeof part === "string" ? encodeText(part) : Uint8Array.from(part)
  );
  return encodeFrame(CLIENT_TYPES[name].type, concat(bytes), CLIENT_VERSION);
}

export const u32 = (value: number): number[] => [
  value >>> 24,
  value >>> 16 & 255,
  value >>> 8 & 255,
  value & 255,
];
export const u16 = (
  value: number,
): number[] => [value >>> 8 & 255, value & 255];

/** Milliseconds to wait for something that must arrive. */
const PATIENCE_MS = 10_000;

export class Peer {
  /** Frames that {@linkcode Peer.expect} has not taken. */
  readonly inbox: Frame[] = [];
  /** Received frames that would break the real client. */
  readonly hazards: string[] = [];
  /**
   * Called with every frame first; returns true to keep it out of the inbox.
   */
  onFrame: ((frame: Frame) => boolean) | undefined;
  /** Whether the connection has ended, for whatever reason. */
  closed = false;
  uid = 0;
  #waiters = new Set<() => void>();
  #reading: Promise<void> | undefined;

  private constructor(readonly conn: Deno.TcpConn) {}

  /** Connects; with `mute` it never reads. */
  static async connect(
    address: string,
    { mute = false }: { mute?: boolean } = {},
  ): Promise<Peer> {
    const at = address.lastIndexOf(":");
    const conn = await Deno.connect({
      hostname: address.slice(0, at).replace(/^\[|\]$/g, ""),
      port: Number(address.slice(at + 1)),
    });
    conn.setNoDelay(true);
    const peer = new Peer(conn);
    if (!mute) peer.listen();
    return peer;
  }

  /** Starts reading, after `mute`. */
  listen(): void {
    this.#reading ??= this.#read();
  }

  async #read(): Promise<void> {
    const decoder = new FrameDecoder();
    try {
      for (;;) {
        const count = await this.conn.read(decoder.space());
        if (count === null) break;
        decoder.filled(count);
        while (decoder.next() === "frame") {
          const { type, version } = decoder;
          const payload = decoder.payload().slice();
          const frame = { type, version, payload };
          if (this.onFrame?.(frame) !== true) this.inbox.push(frame);
          const hazard = hazardIn(type, payload);
          if (hazard !== undefined) this.hazards.push(`${type}: ${hazard}`);
        }
        this.#wake();
      }
    } catch {
      // Reset, which counts as closed.
    }
    this.closed = true;
    this.#wake();
  }

  #wake(): void {
    for (const wake of [...this.#waiters]) wake();
  }

  /** Resolves when `happened` returns a value; it is called after each read. */
  async until<T>(happened: () => T | undefined, what: string): Promise<T> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const result = happened();
      if (result !== undefined && result !== false) return result;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`never came: ${what}`);
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, left);
      this.#waiters.add(resolve);
      await promise;
      clearTimeout(timer);
      this.#waiters.delete(resolve);
    }
  }

  /**
   * Takes the first frame of this type from the inbox, waiting if necessary.
   */
  async expect(
    name: ServerTypeName,
    fits: (payload: Uint8Array) => boolean = () => true,
  ): Promise<Uint8Array> {
    const { type } = SERVER_TYPES[name];
    return await this.until(() => {
      const at = this.inbox.findIndex((frame) =>
        frame.type === type && fits(frame.payload)
      );
      if (at >= 0) return this.inbox.splice(at, 1)[0]!.payload;
      if (this.closed) throw new Error(`closed while waiting for ${name}`);
      return undefined;
    }, name);
  }

  /** Returns the text of the next refusal. */
  async refused(to?: ClientTypeName): Promise<string> {
    const payload = await this.expect("FEEDBACK", (payload) => {
      const view = new DataView(payload.buffer, payload.byteOffset);
      return view.getInt16(2) !== 0 &&
        (to === undefined || view.getInt16(0) === CLIENT_TYPES[to].type);
    });
    return decodeText(payload.subarray(4));
  }

  /** Returns the number of frames of this type in the inbox. */
  count(name: ServerTypeName): number {
    const { type } = SERVER_TYPES[name];
    return this.inbox.filter((frame) => frame.type === type).length;
  }

  /** Resolves when the server has closed the connection. */
  async ended(): Promise<void> {
    await this.until(() => this.closed || undefined, "the end");
  }

  /** Writes all of `bytes`. Returns false when the connection is closed. */
  async write(bytes: Uint8Array): Promise<boolean> {
    try {
      for (let at = 0; at < bytes.length;) {
        at += await this.conn.write(bytes.subarray(at));
      }
      return true;
    } catch {
      return false;
    }
  }

  async send(
    name: ClientTypeName,
    ...parts: (Uint8Array | string | number[])[]
  ): Promise<boolean> {
    return await this.write(packet(name, ...parts));
  }

  /** Signs on up to the key. Returns its offset. */
  async greet(uid: number): Promise<number> {
    await this.write(clientHello.frame({ uid }, CLIENT_VERSION));
    await this.expect("HELLO");
    await this.write(lymerick.frame({ uid, firstRun: false }, CLIENT_VERSION));
    return keyOffset(await this.expect("SERVER_KEY"));
  }

  /** Returns the LOGIN packet for a password under a key's offset. */
  static login(uid: number, password: string, offset: number): Uint8Array {
    const digits = encodeDigits(encodeText(password), offset, 1);
    return packet("LOGIN", u32(uid), digits);
  }

  async signOn(uid: number, password = PASSWORD): Promise<this> {
    const offset = await this.greet(uid);
    await this.write(Peer.login(uid, password, offset));
    await this.expect("LOGIN_UNKNOWN");
    this.uid = uid;
    return this;
  }

  /** Joins, and waits for the member list. */
  async join(gid: number, lockword = ""): Promise<void> {
    await this.send("ROOM_JOIN", u32(gid), u16(0), u32(0x82a), lockword);
    await this.expect("ROOM_USER_LIST");
  }

  /**
   * Resolves when the server has handled everything sent so far: a search is
   * always answered, and packets of one connection are handled in order.
   */
  async settled(): Promise<void> {
    await this.send("USER_SEARCH", `exnick=nobody ${Math.random()}\n`);
    await this.expect("SEARCH_ERROR");
  }

  close(): void {
    try {
      this.conn.close();
    } catch {
      // Already closed.
    }
  }
}

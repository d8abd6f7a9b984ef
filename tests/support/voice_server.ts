/**
 * Shared by the voice tests: a roster of plain objects, and clients with real
 * sockets.
 *
 * @module
 */

import { DEFAULT_FLOOR, type FloorRule } from "../../lib/domain/floor.ts";
import type { Gid, Uid } from "../../lib/domain/store.ts";
import {
  encodeHello,
  encodeVoiceFrame,
  PREFIX_BYTES,
  u32,
} from "../../lib/protocol/rtp.ts";
import { VOICE_LIMITS, type VoiceLimits } from "../../lib/voice/limits.ts";
import type {
  VoiceLog,
  VoiceMember,
  VoiceRoster,
} from "../../lib/voice/roster.ts";
import {
  startVoice,
  type VoiceOptions,
  type VoiceServer,
} from "../../lib/voice/server.ts";

export const OAK: Gid = 50001;
export const ELM: Gid = 50002;
export const [ANN, BOB, CAT, DAN] = [1000002, 1000003, 1000004, 1000005];

export class FakeRoster implements VoiceRoster {
  readonly rooms = new Map<Gid, Map<Uid, VoiceMember>>();
  readonly muted = new Set<Uid>();
  readonly admins = new Set<Uid>();
  /** Pairs "listener speaker". */
  readonly deaf = new Set<string>();
  hands: Uid[] = [];
  rule: FloorRule = DEFAULT_FLOOR;
  readonly events: string[] = [];
  #changed = Promise.withResolvers<void>();

  enter(gid: Gid, uid: Uid, address = "127.0.0.1"): this {
    const room = this.rooms.get(gid) ?? new Map();
    this.rooms.set(gid, room.set(uid, { uid, address }));
    return this;
  }

  leave(gid: Gid, uid: Uid): void {
    this.rooms.get(gid)?.delete(uid);
  }

  member(gid: Gid, uid: Uid) {
    return this.rooms.get(gid)?.get(uid);
  }

  members(gid: Gid) {
    return this.rooms.get(gid)?.values() ?? [];
  }

  voiceRoomOf(uid: Uid) {
    for (const [gid, room] of this.rooms) if (room.has(uid)) return gid;
    return undefined;
  }

  maySpeak(_gid: Gid, uid: Uid) {
    return !this.muted.has(uid);
  }

  /** Voice address announced to each user. */
  readonly announced = new Map<Uid, string>();

  voiceAddresses(uid: Uid): string[] {
    const address = this.announced.get(uid);
    return address === undefined ? [] : [address];
  }

  hears(_gid: Gid, listener: Uid, speaker: Uid) {
    return !this.deaf.has(`${listener} ${speaker}`);
  }

  floor() {
    return this.rule;
  }

  goesFirst(_gid: Gid, uid: Uid) {
    return this.admins.has(uid);
  }

  handRank(_gid: Gid, uid: Uid) {
    const at = this.hands.indexOf(uid);
    return at < 0 ? this.hands.length : at;
  }

  onLinkLost(gid: Gid, uid: Uid) {
    this.#note(`lost ${gid} ${uid}`);
  }

  onTalk(gid: Gid, uid: Uid, talking: boolean) {
    this.#note(`${talking ? "talks" : "pauses"} ${gid} ${uid}`);
  }

  /** Resolves when that event has been reported. */
  async saw(event: string): Promise<void> {
    while (!this.events.includes(event)) await this.#changed.promise;
  }

  #note(event: string) {
    this.events.push(event);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

export class FakeLog implements VoiceLog {
  readonly lines: { message: string; fields: Record<string, unknown> }[] = [];
  debug(): void {}
  info(): void {}
  warn(message: string, fields: Record<string, unknown> = {}): void {
    this.lines.push({ message, fields });
  }
  reasons(): unknown[] {
    return this.lines.map(({ fields }) => fields["reason"]);
  }
}

type TestVoiceOptions = Partial<Omit<VoiceOptions, "limits">> & {
  readonly limits?: Partial<VoiceLimits>;
};

/** A server on the loopback address whose clock can be moved forward. */
export class TestVoice implements AsyncDisposable {
  skipped = 0;
  readonly #open: { close(): void }[] = [];

  private constructor(
    readonly roster: FakeRoster,
    readonly log: FakeLog,
    public server: VoiceServer,
  ) {}

  static async start(
    roster: FakeRoster,
    { limits, ...options }: TestVoiceOptions = {},
  ): Promise<TestVoice> {
    const log = new FakeLog();
    const test = new TestVoice(roster, log, undefined as never);
    test.server = await startVoice({
      bind: "127.0.0.1",
      port: 0,
      roster,
      log,
      clock: () => performance.now() + test.skipped,
      limits: {
        ...VOICE_LIMITS,
        // Treats the loopback address like any other.
        uncounted: [],
        bytesPerSecond: 1_000_000,
        newPerSecond: 1000,
        ...limits,
      },
      ...options,
    });
    return test;
  }

  /** Opens a voice connection and sends the hello. */
  async talker(gid: Gid, uid: Uid): Promise<TcpTalker> {
    const talker = await this.connect();
    await talker.write(encodeHello(gid, uid));
    return talker;
  }

  /** Does the same and waits until the server has linked it. */
  async linked(gid: Gid, uid: Uid): Promise<TcpTalker> {
    const talker = await this.talker(gid, uid);
    await this.until(() =>
      this.server.stats().rooms.some((room) =>
        room.gid === gid &&
        room.listeners.some((one) => one.uid === uid && one.transport === "tcp")
      )
    );
    return talker;
  }

  async connect(): Promise<TcpTalker> {
    const conn = await Deno.connect({
      hostname: this.server.addr.hostname,
      port: this.server.port,
    });
    conn.setNoDelay(true);
    const talker = new TcpTalker(conn);
    this.#open.push(talker);
    return talker;
  }

  datagrams(hostname = "127.0.0.1", port = 0): UdpTalker {
    const talker = new UdpTalker(hostname, port, this.server.addr);
    this.#open.push(talker);
    return talker;
  }

  /** Waits for something that the server does by itself. */
  async until(happened: () => boolean): Promise<void> {
    while (!happened()) await new Promise((turn) => setTimeout(turn, 1));
  }

  async [Symbol.asyncDispose]() {
    for (const one of this.#open) one.close();
    await this.server.shutdown();
  }
}

export class TcpTalker {
  #held = new Uint8Array(0);
  #closed = false;

  constructor(readonly conn: Deno.TcpConn) {}

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      at += await this.conn.write(bytes.subarray(at));
    }
  }

  /** Returns the next complete frame with its prefix; undefined at the end. */
  async frame(): Promise<Uint8Array | undefined> {
    for (;;) {
      if (this.#held.length >= PREFIX_BYTES) {
        const size = PREFIX_BYTES + u32(this.#held, 0);
        if (this.#held.length >= size) {
          const frame = this.#held.slice(0, size);
          this.#held = this.#held.slice(size);
          return frame;
        }
      }
      const chunk = new Uint8Array(65_536);
      let count: number | null;
      try {
        count = await this.conn.read(chunk);
      } catch {
        count = null;
      }
      if (count === null) {
        if (this.#held.length > 0) throw new Error("a frame was cut");
        return undefined;
      }
      const held = new Uint8Array(this.#held.length + count);
      held.set(this.#held);
      held.set(chunk.subarray(0, count), this.#held.length);
      this.#held = held;
    }
  }

  async frames(count: number): Promise<Uint8Array[]> {
    const frames: Uint8Array[] = [];
    while (frames.length < count) {
      const frame = await this.frame();
      if (frame === undefined) throw new Error("the stream ended");
      frames.push(frame);
    }
    return frames;
  }

  /** Resolves when the server has ended the stream. */
  async ended(): Promise<void> {
    while (await this.frame() !== undefined);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.conn.close();
  }
}

export class UdpTalker {
  readonly socket: Deno.DatagramConn;
  #closed = false;

  constructor(
    hostname: string,
    port: number,
    readonly server: Deno.NetAddr,
  ) {
    this.socket = Deno.listenDatagram({ transport: "udp", hostname, port });
  }

  get port(): number {
    return (this.socket.addr as Deno.NetAddr).port;
  }

  async send(bytes: Uint8Array): Promise<void> {
    await this.socket.send(bytes, { ...this.server, transport: "udp" });
  }

  async datagram(): Promise<Uint8Array> {
    const [bytes] = await this.socket.receive();
    return bytes.slice();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.socket.close();
  }
}

/** Returns a frame of `uid` with its prefix; `size` is N. */
export function voice(uid: Uid, sequence: number, size = 148): Uint8Array {
  const payload = new Uint8Array(size - 16);
  for (let at = 0; at < payload.length; at++) payload[at] = sequence + at;
  payload[0] = 0xd0 | (sequence & 0x0f);
  return encodeVoiceFrame({
    sequence,
    timestamp: sequence * 640,
    uid,
    payload,
  });
}

export function joined(frames: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(frames.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const frame of frames) {
    out.set(frame, at);
    at += frame.length;
  }
  return out;
}

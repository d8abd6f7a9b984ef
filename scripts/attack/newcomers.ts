/**
 * New clients: how long they take to sign on, to get a page, and to hear voice
 * after linking it.
 *
 * @module
 */
import { encodeHello, encodeVoiceFrame } from "../../lib/protocol/rtp.ts";
import { PASSWORD, Peer } from "../../tests/reliability/support/peer.ts";

/** Longer times count as this many milliseconds. */
const LONGEST_MS = 30_000;
/** Milliseconds between two new clients of one kind. */
const GAP_MS = 150;
const KEEPALIVE_MS = 30_000;
/** Milliseconds between two voice frames of the speaker. */
const FRAME_MS = 80;

export type Kind = "sign-on" | "page" | "voice";
export type Delays = Record<Kind, number[]>;

export interface Places {
  readonly chat: string;
  readonly web: string;
  readonly voice: string;
}

const pause = (ms: number) => new Promise((go) => setTimeout(go, ms));

export class Newcomers {
  readonly #at: Places;
  readonly #uids: readonly number[];
  readonly #gid: number;
  readonly #ticks: ReturnType<typeof setInterval>[] = [];
  #next = 0;
  #speaker:
    | { conn: Deno.TcpConn; timer: ReturnType<typeof setInterval> }
    | undefined;
  #listener: Peer | undefined;

  constructor(at: Places, uids: readonly number[], gid: number) {
    this.#at = at;
    this.#uids = uids;
    this.#gid = gid;
  }

  /**
   * Starts a speaker who talks all the time, so that a new link hears
   * something.
   */
  async prepare(): Promise<void> {
    const speaker = await this.#member();
    this.#listener = await this.#member();
    const conn = await connect(this.#at.voice);
    await conn.write(encodeHello(this.#gid, speaker.uid));
    let sequence = 0;
    const timer = setInterval(() => {
      const frame = encodeVoiceFrame({
        sequence: ++sequence & 0xffff,
        timestamp: sequence * 640,
        uid: speaker.uid,
        payload: new Uint8Array(132).fill(0xd0),
      });
      conn.write(frame).catch(() => {});
    }, FRAME_MS);
    this.#speaker = { conn, timer };
  }

  /**
   * Starts new clients of each kind, one after the other, for `ms`
   * milliseconds.
   */
  async come(ms: number): Promise<Delays> {
    const until = performance.now() + ms;
    const delays: Delays = { "sign-on": [], page: [], voice: [] };
    const repeat = async (kind: Kind, work: () => Promise<void>) => {
      while (performance.now() < until) {
        delays[kind].push(await tookMs(work));
        await pause(GAP_MS);
      }
    };
    await Promise.all([
      repeat("sign-on", () => this.#signOn()),
      repeat("page", () => this.#page()),
      repeat("voice", () => this.#voice()),
    ]);
    return delays;
  }

  close(): void {
    for (const timer of this.#ticks) clearInterval(timer);
    if (this.#speaker === undefined) return;
    clearInterval(this.#speaker.timer);
    this.#speaker.conn.close();
  }

  /** The first two uids belong to the speaker and the listener. */
  get #uid(): number {
    const n = this.#next++;
    return this.#uids[n < 2 ? n : 2 + (n - 2) % (this.#uids.length - 2)]!;
  }

  async #member(): Promise<Peer> {
    const peer = await (await Peer.connect(this.#at.chat)).signOn(this.#uid);
    await peer.join(this.#gid);
    peer.onFrame = () => true;
    // The server disconnects a voice client that misses two keepalives.
    this.#ticks.push(
      setInterval(() => void peer.send("KEEPALIVE"), KEEPALIVE_MS),
    );
    return peer;
  }

  async #signOn(): Promise<void> {
    const peer = await Peer.connect(this.#at.chat);
    try {
      await peer.signOn(this.#uid, PASSWORD);
    } finally {
      peer.close();
    }
  }

  async #page(): Promise<void> {
    const conn = await connect(this.#at.web);
    try {
      await conn.write(
        new TextEncoder().encode(
          "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        ),
      );
      const buffer = new Uint8Array(65_536);
      let bytes = 0;
      for (let n; (n = await conn.read(buffer)) !== null;) bytes += n;
      if (bytes === 0) throw new Error("no page came");
    } finally {
      conn.close();
    }
  }

  async #voice(): Promise<void> {
    const conn = await connect(this.#at.voice);
    try {
      await conn.write(encodeHello(this.#gid, this.#listener!.uid));
      const n = await conn.read(new Uint8Array(4096));
      if (n === null) throw new Error("the link was closed");
    } finally {
      conn.close();
    }
  }
}

async function connect(address: string): Promise<Deno.TcpConn> {
  const [hostname = "", port] = address.split(":");
  return await Deno.connect({ hostname, port: Number(port) });
}

/**
 * Retries like a user, until it works or takes too long. Returns the time in
 * milliseconds.
 */
async function tookMs(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(() => late.resolve(), LONGEST_MS);
  const tries = async () => {
    while (performance.now() - began < LONGEST_MS) {
      try {
        return await work();
      } catch {
        await pause(200);
      }
    }
  };
  await Promise.race([tries(), late.promise]);
  clearTimeout(timer);
  return Math.min(LONGEST_MS, performance.now() - began);
}

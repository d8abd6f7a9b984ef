/**
 * Attacks that cost the server work, each as fast as one machine can. They run
 * in a separate process, so that they slow down only the server, not the
 * measurement.
 *
 * @module
 */
import { concat } from "../../lib/protocol/bytes.ts";
import { encodeFrame } from "../../lib/protocol/frame.ts";
import { encodeHello } from "../../lib/protocol/rtp.ts";
import {
  packet,
  PASSWORD,
  Peer,
  u16,
  u32,
} from "../../tests/reliability/support/peer.ts";
import { RawTcp } from "../../tests/support/raw_tcp.ts";
import { connectFrom, sourceAt } from "./sources.ts";

export interface Target {
  readonly web: string;
  readonly chat: string;
  readonly voice: string;
  readonly video: string;
  /** The attacker's own account. */
  readonly uid: number;
  /** Another user, and a room of theirs. */
  readonly victim: number;
  readonly gid: number;
}

const pause = (ms: number) => new Promise((go) => setTimeout(go, ms));
const many = (count: number, frame: Uint8Array) =>
  concat(Array.from({ length: count }, () => frame));

/**
 * Signs on, sends the same bytes repeatedly, and reconnects after a
 * disconnection.
 */
async function repeat(target: Target, piece: Uint8Array): Promise<void> {
  const peer = await (await Peer.connect(target.chat)).signOn(target.uid);
  peer.onFrame = () => true;
  await peer.join(target.gid).catch(() => {});
  while (!peer.closed && await peer.write(piece)) await pause(1);
  peer.close();
}

/** Opens connections one after the other, and runs `work` on each. */
async function connectAndDo(
  target: Target,
  work: (peer: Peer) => Promise<unknown>,
): Promise<void> {
  const peer = await Peer.connect(target.chat);
  await work(peer);
  peer.close();
}

/** One step of each attack, called repeatedly until the time is up. */
export const ATTACKS: Readonly<
  Record<string, (target: Target) => Promise<void>>
> = {
  "room lines": (to) =>
    repeat(to, many(100, packet("ROOM_MESSAGE_OUT", u32(to.gid), "spam"))),
  "instant messages": (to) =>
    repeat(to, many(100, packet("IM_OUT", u32(to.victim), "spam"))),
  "searches": (to) =>
    repeat(to, many(100, packet("USER_SEARCH", "nickname=s\n"))),
  "rooms made and left": (to) =>
    repeat(
      to,
      many(
        20,
        packet(
          "ROOM_CREATE",
          u16(0),
          u16(0),
          u16(30018),
          u32(0x82a),
          "G",
          `R${Math.random()}`,
        ),
      ),
    ),
  "joins": (to) =>
    repeat(to, many(50, packet("ROOM_JOIN", u32(to.gid), u16(0), u32(0x82a)))),
  "file offers": (to) =>
    repeat(to, many(100, packet("XFER_REQUEST", u32(to.victim), u16(2090)))),
  "unknown packets": (to) =>
    repeat(to, many(200, encodeFrame(-31_000, new Uint8Array(8)))),
  "longest packets": (to) =>
    repeat(to, encodeFrame(-350, new Uint8Array(65_535))),
  "a reader that stops": async (to) => {
    const peer = await (await Peer.connect(to.chat)).signOn(to.uid);
    await peer.join(to.gid);
    peer.conn.read = () => new Promise(() => {});
    await pause(2000);
    peer.close();
  },
  "connections": (to) => connectAndDo(to, () => Promise.resolve()),
  "connections that are held": async (to) => {
    const peers: Peer[] = [];
    for (let n = 0; n < 300; n++) peers.push(await Peer.connect(to.chat));
    await pause(1000);
    for (const peer of peers) peer.close();
  },
  "garbage": (to) =>
    connectAndDo(
      to,
      (peer) => peer.write(crypto.getRandomValues(new Uint8Array(4000))),
    ),
  "guessed passwords": (to) =>
    connectAndDo(to, async (peer) => {
      await peer.write(
        Peer.login(to.victim, "guess", await peer.greet(to.victim)),
      );
      await peer.refused("LOGIN");
    }),
  "sign-ons over and over": (to) =>
    connectAndDo(to, (peer) => peer.signOn(to.uid, PASSWORD)),
  "voice hellos": async (to) => {
    const [hostname = "", port] = to.voice.split(":");
    const conn = await Deno.connect({ hostname, port: Number(port) });
    await conn.write(encodeHello(to.gid, to.victim));
    conn.close();
  },
  "datagrams": async (to) => {
    const [hostname = "", port] = to.voice.split(":");
    const socket = Deno.listenDatagram({
      transport: "udp",
      hostname: "127.0.0.1",
      port: 0,
    });
    const where = { transport: "udp", hostname, port: Number(port) } as const;
    const frame = new Uint8Array(148);
    for (let n = 0; n < 2000; n++) await socket.send(frame, where);
    socket.close();
  },
};

/** How an attack is run. */
export interface Storm {
  /** Number of source addresses. */
  readonly sources: number;
  /** Number of concurrent loops, each as fast as possible. */
  readonly loops: number;
  readonly about: string;
  readonly work: (target: Target) => Promise<void>;
}

/** Resets per second in the reset storm. */
const RESETS = 4000;
const portOf = (address: string) => Number(address.split(":").at(-1));

/** Opens connections and resets them before the server can accept them. */
function resets(port: number): (target: Target) => Promise<void> {
  const raw = new RawTcp();
  let n = 0;
  return async () => {
    const due = performance.now() + 10;
    for (let k = 0; k < RESETS / 100; k++) {
      raw.reset(raw.connect(port, sourceAt(n++ % 10)));
    }
    await pause(Math.max(0, due - performance.now()));
  };
}

async function connectTo(address: string): Promise<Deno.TcpConn> {
  const [hostname = "", port] = address.split(":");
  return await Deno.connect({ hostname, port: Number(port) });
}

/** Attacks on the acceptance of new connections. */
const STORMS: Readonly<Record<string, (target: Target) => Storm>> = {
  "resets, chat": (to) => ({
    sources: 10,
    loops: 1,
    about: `${RESETS} connections/s, each reset at once, no bytes`,
    work: resets(portOf(to.chat)),
  }),
  "resets, voice": (to) => ({
    sources: 10,
    loops: 1,
    about: `${RESETS} connections/s, each reset at once, no bytes`,
    work: resets(portOf(to.voice)),
  }),
  "resets, pages": (to) => ({
    sources: 10,
    loops: 1,
    about: `${RESETS} connections/s, each reset at once, no bytes`,
    work: resets(portOf(to.web)),
  }),
  "connections, 10 hosts": () => ({
    sources: 10,
    loops: 40,
    about: "40 loops: connect, close; no bytes",
    work: ATTACKS["connections"]!,
  }),
  "held, 10 hosts": () => ({
    sources: 10,
    loops: 10,
    about: "10 loops of 300 connections held for 1 s; no bytes",
    work: ATTACKS["connections that are held"]!,
  }),
  "page connections, 10 hosts": () => ({
    sources: 10,
    loops: 10,
    about: "10 loops of 100 connections held for 1 s; no bytes",
    async work({ web }) {
      const held = await Promise.all(
        Array.from({ length: 100 }, () => connectTo(web).catch(() => null)),
      );
      await pause(1000);
      for (const conn of held) conn?.close();
    },
  }),
  "voice connections, 10 hosts": () => ({
    sources: 10,
    loops: 40,
    about: "40 loops: connect, 8-byte hello of another, close",
    work: ATTACKS["voice hellos"]!,
  }),
  "video connections, 10 hosts": () => ({
    sources: 10,
    loops: 48,
    about: "48 loops: connect to the video port, close; no bytes",
    async work({ video }) {
      (await connectTo(video)).close();
    },
  }),
  "login and hang up, 10 hosts": () => ({
    sources: 10,
    loops: 40,
    about:
      "40 loops: 4 packets of about 130 bytes with a wrong password, close",
    work: (to) =>
      connectAndDo(to, async (peer) => {
        const login = Peer.login(to.victim, "x", await peer.greet(to.victim));
        await peer.write(login);
      }),
  }),
  "guesses, one account, 10 hosts": () => ({
    sources: 10,
    loops: 40,
    about: "40 loops of guesses at one account, each waits for its answer",
    work: ATTACKS["guessed passwords"]!,
  }),
  "guesses, many accounts, 50 hosts": () => ({
    sources: 50,
    loops: 100,
    about: "100 loops of guesses at 1000 accounts, each waits for its answer",
    work: (to) => {
      const uid = to.victim + Math.floor(Math.random() * 1000);
      return connectAndDo(to, async (peer) => {
        await peer.write(Peer.login(uid, "guess", await peer.greet(uid)));
        await peer.refused("LOGIN");
      });
    },
  }),
};

/** Returns every attack by name; the simple ones run one loop from one host. */
export function stormsOn(target: Target): Readonly<Record<string, Storm>> {
  const single = Object.entries(ATTACKS).map(([name, work]) =>
    [name, { sources: 1, loops: 1, about: "one loop", work }] as const
  );
  const storms = Object.entries(STORMS).map(([name, make]) =>
    [name, make(target)] as const
  );
  return Object.fromEntries<Storm>([...single, ...storms]);
}

export const STORM_NAMES: readonly string[] = [
  ...Object.keys(ATTACKS),
  ...Object.keys(STORMS),
];

if (import.meta.main) {
  const [name = "", json = ""] = Deno.args;
  const target: Target = JSON.parse(json);
  const { sources, loops, work } = stormsOn(target)[name]!;
  connectFrom(sources);
  // After a refusal or disconnection it tries again immediately.
  const loop = async () => {
    for (;;) await work(target).catch(() => pause(5));
  };
  await Promise.all(Array.from({ length: loops }, loop));
}

/**
 * Attacks that cost the server work, each as fast as one machine can: run in
 * a process of its own, so that they slow down the server and not those who
 * measure it.
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

export interface Target {
  readonly chat: string;
  readonly voice: string;
  /** The attacker's own account. */
  readonly uid: number;
  /** Somebody else's, and his room. */
  readonly victim: number;
  readonly gid: number;
}

const pause = (ms: number) => new Promise((go) => setTimeout(go, ms));
const many = (count: number, frame: Uint8Array) =>
  concat(Array.from({ length: count }, () => frame));

/** Signs on, sends the same piece again and again, and comes back when put out. */
async function repeat(target: Target, piece: Uint8Array): Promise<void> {
  const peer = await (await Peer.connect(target.chat)).signOn(target.uid);
  peer.onFrame = () => true;
  await peer.join(target.gid).catch(() => {});
  while (!peer.closed && await peer.write(piece)) await pause(1);
  peer.close();
}

/** A connection for `work`, then the next one. */
async function connectAndDo(
  target: Target,
  work: (peer: Peer) => Promise<unknown>,
): Promise<void> {
  const peer = await Peer.connect(target.chat);
  await work(peer);
  peer.close();
}

/** Each does a bit of its attack; it is called until the time is up. */
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

if (import.meta.main) {
  const [name = "", json = ""] = Deno.args;
  const target: Target = JSON.parse(json);
  for (;;) {
    // Refused or thrown out: the next try follows at once.
    await ATTACKS[name]!(target).catch(() => pause(5));
  }
}

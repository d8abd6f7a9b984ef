/**
 * deno run -A --unstable-net relay.ts PORT
 *
 * A minimal voice relay in Deno, like the one in C: it shows the cost of
 * relaying in this runtime. A hello (room, person) puts a connection or an
 * address into a room, and every frame goes unchanged to all others in the
 * room.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a program of its own
import { u32, VoiceDecoder } from "../../../../lib/protocol/rtp.ts";

const HELLO_BYTES = 8;
const CHUNK = 16_384;

/**
 * Allows one write in flight; frames that arrive meanwhile are dropped, which
 * should not happen in a benchmark.
 */
class Link {
  #writing = false;
  readonly #done = () => {
    this.#writing = false;
  };

  constructor(readonly conn: Deno.TcpConn) {
    conn.setNoDelay(true);
  }

  send(run: Uint8Array): void {
    if (this.#writing) return;
    this.#writing = true;
    this.conn.write(run).then(this.#done, this.#done);
  }

  async run(): Promise<void> {
    const decoder = new VoiceDecoder(CHUNK);
    let room: Set<Link> | undefined;
    try {
      for (;;) {
        const count = await this.conn.read(decoder.space());
        if (count === null) break;
        decoder.filled(count);
        let start = -1;
        let end = 0;
        for (let step; (step = decoder.next()) !== "wait";) {
          if (step === "hello") room = roomOf(decoder.gid).add(this);
          if (step !== "frame") continue;
          if (start < 0) start = decoder.offset;
          end = decoder.offset + 4 + decoder.length;
        }
        if (start < 0 || room === undefined) continue;
        const run = decoder.buffer.slice(start, end);
        for (const other of room) if (other !== this) other.send(run);
      }
    } catch {
      // The connection was reset.
    }
    room?.delete(this);
    this.conn.close();
  }
}

const rooms = new Map<number, Set<Link>>();

function roomOf(gid: number): Set<Link> {
  let room = rooms.get(gid);
  if (room === undefined) rooms.set(gid, room = new Set());
  return room;
}

interface Peer extends Deno.NetAddr {
  readonly gid: number;
}

async function relayDatagrams(socket: Deno.DatagramConn): Promise<void> {
  const buffer = new Uint8Array(2048);
  const peers = new Map<number, Peer>();
  const byPort = new Map<number, Peer>();
  const sends: Promise<number>[] = [];
  for (;;) {
    const [bytes, from] = await socket.receive(buffer);
    const address = from as Deno.NetAddr;
    if (bytes.length === HELLO_BYTES) {
      const uid = u32(bytes, 4);
      byPort.delete(peers.get(uid)?.port ?? 0);
      const peer = { ...address, gid: u32(bytes, 0) };
      peers.set(uid, peer);
      byPort.set(peer.port, peer);
      continue;
    }
    const speaker = byPort.get(address.port);
    if (speaker === undefined) continue;
    for (const peer of peers.values()) {
      if (peer === speaker || peer.gid !== speaker.gid) continue;
      sends.push(socket.send(bytes, peer));
    }
    await Promise.all(sends);
    sends.length = 0;
  }
}

async function accept(listener: Deno.TcpListener): Promise<void> {
  for await (const conn of listener) void new Link(conn).run();
}

const listener = Deno.listen({
  hostname: "127.0.0.1",
  port: Number(Deno.args[0]),
});
const { port } = listener.addr;
const socket = Deno.listenDatagram({
  transport: "udp",
  hostname: "127.0.0.1",
  port,
});
const voice = `127.0.0.1:${port}`;
const line = { chat: "127.0.0.1:0", voice, pid: Deno.pid };
console.log(`ready ${JSON.stringify(line)}`);
await Promise.all([accept(listener), relayDatagrams(socket)]);

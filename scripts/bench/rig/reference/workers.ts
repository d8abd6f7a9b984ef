/**
 * deno run -A --unstable-net workers.ts PORT WORKERS
 *
 * A bare chat server on `Deno.listen` that answers two questions. With 0
 * workers: how cheap can fan-out be in Deno, without accounts, limits and log?
 * With workers: what does it cost to spread one room's members over workers
 * that share the port with `reusePort`, while one thread owns the room and its
 * order?
 *
 * Once per event-loop turn, each worker sends what it has received to the
 * owner, and the owner sends it to every worker with members.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a program of its own
import { encodeFrame, FrameDecoder } from "../../../../lib/protocol/frame.ts";
import { concat } from "../../../../lib/protocol/bytes.ts";
import { Outbox } from "../../../../lib/chat/edge/outbox.ts";

const NOTHING = new Uint8Array();
const KEY = Uint8Array.from("XyF\u00a6551473312518", (c) => c.charCodeAt(0));
const HELLO = new TextEncoder().encode("Hello-From:PaLTALK");

/** Frames of one turn, and the sender, who does not get them. */
interface Said {
  readonly from: number;
  readonly frames: Uint8Array[];
}

class Person {
  uid = 0;
  readonly outbox: Outbox;
  readonly #decoder = new FrameDecoder();

  constructor(readonly conn: Deno.TcpConn, readonly shard: Shard) {
    conn.setNoDelay(true);
    const owner = {
      get now() {
        return performance.now();
      },
      written() {},
      overflowed: () => this.end(),
      writeFailed: () => this.end(),
    };
    this.outbox = new Outbox(conn, owner, () => 1 << 20);
  }

  async run(): Promise<void> {
    try {
      for (;;) {
        const count = await this.conn.read(this.#decoder.space());
        if (count === null) break;
        this.#decoder.filled(count);
        while (this.#decoder.next() === "frame") this.#take();
        this.outbox.flush();
      }
    } catch {
      // The connection was reset.
    }
    this.end();
  }

  end(): void {
    this.shard.members.delete(this);
    this.outbox.discard();
    try {
      this.conn.close();
    } catch {
      // Already closed.
    }
  }

  #answer(type: number, payload: Uint8Array): void {
    this.outbox.push(encodeFrame(type, payload));
  }

  #take(): void {
    const payload = this.#decoder.payload();
    const view = new DataView(payload.buffer, payload.byteOffset);
    switch (this.#decoder.type) {
      case -100:
        return this.#answer(-117, HELLO);
      case -1130:
        this.uid = view.getUint32(0);
        return this.#answer(0x0474, KEY);
      case -1148:
        return this.#answer(0x04a6, NOTHING);
      case -310:
        this.shard.members.add(this);
        this.#answer(0x0136, NOTHING);
        return this.#answer(0x0154, NOTHING);
      case -350:
        return this.shard.said(this.uid, payload);
    }
  }
}

/** The connections of one thread. */
class Shard {
  readonly members = new Set<Person>();
  #saying: Said[] = [];
  #scheduled = false;

  /** @param publish forwards the frames of one turn */
  constructor(readonly publish: (said: Said[]) => void) {}

  said(from: number, payload: Uint8Array): void {
    const line = new Uint8Array(payload.length + 4);
    line.set(payload.subarray(0, 4));
    new DataView(line.buffer).setUint32(4, from);
    line.set(payload.subarray(4), 8);
    const frame = encodeFrame(0x015e, line);
    const last = this.#saying.at(-1);
    if (last?.from === from) last.frames.push(frame);
    else this.#saying.push({ from, frames: [frame] });
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      const saying = this.#saying;
      this.#saying = [];
      this.publish(saying);
    });
  }

  deliver(said: readonly Said[]): void {
    for (const { from, frames } of said) {
      const bytes = frames.length === 1 ? frames[0]! : concat(frames);
      for (const member of this.members) {
        if (member.uid !== from) member.outbox.push(bytes);
      }
    }
    for (const member of this.members) member.outbox.flush();
  }

  async accept(listener: Deno.TcpListener): Promise<void> {
    for await (const conn of listener) void new Person(conn, this).run();
  }
}

const listen = (port: number) =>
  Deno.listen({ hostname: "127.0.0.1", port, reusePort: true });

function serve(port: number, workers: number): void {
  if (workers === 0) {
    const shard: Shard = new Shard((said) => shard.deliver(said));
    const listener = listen(port);
    void shard.accept(listener);
    return ready(listener.addr.port);
  }
  const number = port === 0 ? freePort() : port;
  const threads = Array.from(
    { length: workers },
    () => new Worker(import.meta.url, { type: "module" }),
  );
  let waiting: Said[] = [];
  let started = 0;
  for (const thread of threads) {
    thread.onmessage = ({ data }) => {
      if (data === "ready") {
        if (++started === workers) ready(number);
        return;
      }
      if (waiting.length === 0) {
        queueMicrotask(() => {
          for (const one of threads) one.postMessage(waiting);
          waiting = [];
        });
      }
      waiting.push(...data);
    };
    thread.postMessage(number);
  }
}

function freePort(): number {
  const listener = listen(0);
  const { port } = listener.addr;
  listener.close();
  return port;
}

function ready(port: number): void {
  const chat = `127.0.0.1:${port}`;
  const line = { chat, voice: "127.0.0.1:0", pid: Deno.pid };
  console.log(`ready ${JSON.stringify(line)}`);
}

function work(): void {
  const scope = self as unknown as {
    onmessage: (event: MessageEvent) => void;
    postMessage(data: unknown): void;
  };
  const shard = new Shard((said) => scope.postMessage(said));
  scope.onmessage = ({ data }) => {
    if (typeof data !== "number") return shard.deliver(data);
    void shard.accept(listen(data));
    scope.postMessage("ready");
  };
}

// The main script of a worker is "main" as well; only a worker can post
// messages.
if ("postMessage" in globalThis) work();
else serve(Number(Deno.args[0]), Number(Deno.args[1]));

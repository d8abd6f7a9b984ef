import assert from "node:assert/strict";
import fc from "fast-check";
import type { Receipt } from "../../domain/effects.ts";
import { concat } from "../../protocol/bytes.ts";
import { Outbox, type Sink } from "./outbox.ts";

const receipt = (id: number): Receipt => ({ what: "profile page", ids: [id] });
const bytes = (...values: number[]) => Uint8Array.from(values);
const turn = () => new Promise<void>((done) => setTimeout(done, 0));

/** A socket that accepts bytes only on request. */
class Socket implements Sink {
  readonly writes: number[][] = [];
  #pending: PromiseWithResolvers<number> | undefined;

  write(chunk: Uint8Array): Promise<number> {
    assert.equal(this.#pending, undefined, "one write at a time");
    this.writes.push([...chunk]);
    this.#pending = Promise.withResolvers<number>();
    return this.#pending.promise;
  }

  /** Takes all of the write in flight, or only `count` bytes of it. */
  async take(count = this.writes.at(-1)!.length): Promise<void> {
    const pending = this.#pending!;
    this.#pending = undefined;
    pending.resolve(count);
    await turn();
  }

  async fail(error: Error): Promise<void> {
    const pending = this.#pending!;
    this.#pending = undefined;
    pending.reject(error);
    await turn();
  }
}

function make(maxBytes = 1000) {
  const socket = new Socket();
  const told: string[] = [];
  const owner = {
    now: 0,
    written: (receipt: Receipt) =>
      void told.push(receipt.what === "profile page" ? `${receipt.ids}` : "?"),
    overflowed: () => void told.push("overflow"),
    writeFailed: (error: unknown) => void told.push(String(error)),
  };
  const outbox = new Outbox(socket, owner, () => maxBytes);
  return { socket, outbox, told, owner };
}

Deno.test("Outbox writes its frames, and merges those that queue up meanwhile", async () => {
  const { socket, outbox } = make();
  assert.equal(outbox.push(bytes(1)), true);
  outbox.flush();
  assert.equal(outbox.push(bytes(2)), false, "the write in flight goes on");
  outbox.push(bytes(3, 4));
  outbox.flush();
  assert.deepEqual(socket.writes, [[1]]);
  await socket.take();
  assert.deepEqual(socket.writes, [[1], [2, 3, 4]]);
  await socket.take();
  assert.equal(outbox.waiting, 0);
});

Deno.test("Outbox asks for a flush once for several frames", () => {
  const { outbox } = make();
  assert.equal(outbox.push(bytes(1)), true);
  assert.equal(outbox.push(bytes(2)), false);
});

Deno.test("Outbox finishes a short write before anything else", async () => {
  const { socket, outbox } = make();
  outbox.push(bytes(1, 2, 3, 4, 5));
  outbox.flush();
  outbox.push(bytes(6));
  await socket.take(2);
  await socket.take(1);
  await socket.take();
  assert.deepEqual(socket.writes, [[1, 2, 3, 4, 5], [3, 4, 5], [4, 5], [6]]);
});

Deno.test("Outbox merges up to its bound and writes a longer frame alone", async () => {
  const { socket, outbox } = make(1_000_000);
  outbox.push(bytes(0));
  outbox.flush();
  outbox.push(new Uint8Array(40_000));
  outbox.push(new Uint8Array(40_000));
  outbox.push(new Uint8Array(100_000));
  outbox.push(bytes(1));
  for (let i = 0; i < 4; i++) await socket.take();
  assert.deepEqual(
    socket.writes.map(({ length }) => length),
    [1, 40_000, 40_000, 100_000, 1],
  );
});

Deno.test("Outbox keeps every byte in order however the socket accepts them", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), {
        minLength: 1,
        maxLength: 30,
      }),
      fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 40 }),
      async (frames, steps) => {
        const taken: Uint8Array[] = [];
        let step = 0;
        const sink: Sink = {
          write(chunk) {
            const most = steps[step++] ?? chunk.length;
            taken.push(chunk.slice(0, most));
            return Promise.resolve(Math.min(most, chunk.length));
          },
        };
        const owner = {
          now: 0,
          written() {},
          overflowed() {},
          writeFailed() {},
        };
        const outbox = new Outbox(sink, owner, () => 1e6);
        for (const [i, frame] of frames.entries()) {
          outbox.push(frame);
          if (i % 3 === 0) outbox.flush();
          if (i % 5 === 0) await Promise.resolve();
        }
        outbox.flush();
        await outbox.drained();
        assert.deepEqual(concat(taken), concat(frames));
        assert.equal(outbox.waiting, 0);
      },
    ),
  );
});

Deno.test("Outbox hands receipts out when the last byte of their frame is taken, in order", async () => {
  const { socket, outbox, told } = make();
  outbox.push(bytes(1, 2), receipt(1));
  outbox.flush();
  outbox.push(bytes(3), receipt(2));
  outbox.push(bytes(4));
  outbox.push(bytes(5), receipt(3));
  await socket.take(1);
  assert.deepEqual(told, []);
  await socket.take();
  assert.deepEqual(told, ["1"]);
  await socket.take(2);
  assert.deepEqual(told, ["1"], "a merged write counts when it is whole");
  await socket.take();
  assert.deepEqual(told, ["1", "2", "3"]);
});

Deno.test("Outbox accepts a frame that is pushed by a receipt", async () => {
  const { socket, outbox, owner } = make();
  owner.written = () => {
    outbox.push(bytes(2));
    outbox.flush();
  };
  outbox.push(bytes(1), receipt(1));
  outbox.flush();
  await socket.take();
  assert.deepEqual(socket.writes, [[1], [2]]);
});

Deno.test("Outbox gives up once on a client that reads nothing while too much is queued", async () => {
  const { socket, outbox, told, owner } = make(10);
  outbox.push(new Uint8Array(8));
  outbox.flush();
  outbox.push(new Uint8Array(3));
  owner.now = 499;
  outbox.push(bytes(1));
  assert.deepEqual(told, []);
  owner.now = 500;
  assert.equal(outbox.push(bytes(1)), false);
  outbox.push(bytes(1));
  assert.deepEqual(told, ["overflow"]);
  await socket.take();
  assert.equal(socket.writes.length, 1, "nothing more is written");
});

Deno.test("Outbox keeps a client that reads steadily during a long burst", async () => {
  const { socket, outbox, told, owner } = make(10);
  outbox.push(new Uint8Array(8));
  outbox.flush();
  for (let i = 0; i < 10; i++) {
    outbox.push(new Uint8Array(12));
    owner.now += 400;
    await socket.take();
    outbox.push(new Uint8Array(12));
    await socket.take();
  }
  assert.deepEqual(told, []);
});

Deno.test("Outbox accepts more in one turn than may queue behind a write", async () => {
  const { socket, outbox, told } = make(10);
  for (let i = 0; i < 8; i++) outbox.push(new Uint8Array(10));
  outbox.flush();
  await socket.take();
  assert.deepEqual([outbox.waiting, told], [0, []]);
  outbox.push(new Uint8Array(80));
  outbox.push(bytes(1));
  assert.deepEqual(told, ["overflow"], "but not without end");
});

Deno.test("Outbox no longer counts written bytes against its limit", async () => {
  const { socket, outbox, told } = make(10);
  for (let i = 0; i < 5; i++) {
    outbox.push(new Uint8Array(9));
    outbox.flush();
    await socket.take();
  }
  assert.deepEqual(told, []);
});

Deno.test("Outbox reports a failed write once and accepts nothing more", async () => {
  const { socket, outbox, told } = make();
  outbox.push(bytes(1), receipt(1));
  outbox.flush();
  outbox.push(bytes(2));
  await socket.fail(new Error("reset"));
  assert.deepEqual(told, ["Error: reset"]);
  assert.equal(outbox.push(bytes(3)), false);
  outbox.flush();
  assert.equal(socket.writes.length, 1);
});

Deno.test("Outbox.drained waits for the last byte, and not for a socket that failed", async () => {
  const one = make();
  one.outbox.push(bytes(1, 2));
  one.outbox.flush();
  let drained = false;
  const ending = one.outbox.drained().then(() => drained = true);
  await one.socket.take(1);
  assert.equal(drained, false);
  await one.socket.take();
  await ending;

  const other = make();
  other.outbox.push(bytes(1));
  other.outbox.flush();
  const failing = other.outbox.drained();
  await other.socket.fail(new Error("reset"));
  await failing;
  await other.outbox.drained();
});

Deno.test("Outbox knows when the last write is finished, even if nothing waits for it", async () => {
  for (const end of ["take", "fail"] as const) {
    const { socket, outbox, told } = make();
    let settled = false;
    outbox.whenSettled(() => settled = true);
    assert.equal(settled, true, "at once");
    settled = false;
    outbox.push(bytes(1, 2));
    outbox.flush();
    outbox.whenSettled(() => settled = true);
    outbox.discard();
    await turn();
    assert.equal(settled, false);
    if (end === "take") await socket.take(1);
    else await socket.fail(new Error("closed"));
    assert.equal(settled, true);
    assert.deepEqual(told, []);
  }
});

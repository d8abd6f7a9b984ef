import assert from "node:assert/strict";
import fc from "fast-check";
import { hex } from "../protocol/bytes.ts";
import { u32 } from "../protocol/rtp.ts";
import { noTraffic } from "./counters.ts";
import { LAG_MS, MOST_BYTES, Outlet } from "./outlet.ts";
import { ANN, joined, voice } from "../../tests/support/voice_server.ts";

/** A socket whose writes are let through by hand, and a clock to match. */
class Pipe {
  now = 0;
  written = 0;
  failure: unknown;
  readonly taken: Uint8Array[] = [];
  readonly traffic = noTraffic();
  #waiting: { bytes: Uint8Array; done: PromiseWithResolvers<number> }[] = [];
  readonly outlet = new Outlet({
    write: (bytes) => {
      const done = Promise.withResolvers<number>();
      this.#waiting.push({ bytes, done });
      return done.promise;
    },
    limits: { queueFrames: 5 },
    traffic: this.traffic,
    failed: (error) => this.failure = error,
  });

  wait(ms: number): void {
    this.outlet.tick(this.now);
    this.now += ms;
    this.outlet.tick(this.now);
  }

  get writing(): number {
    return this.#waiting.length;
  }

  /** The write in flight takes up to `most` bytes. */
  async take(most = Infinity): Promise<void> {
    const write = this.#waiting.shift();
    if (write === undefined) return;
    const part = write.bytes.slice(0, Math.min(most, write.bytes.length));
    this.taken.push(part);
    write.done.resolve(part.length);
    await Promise.resolve();
    await Promise.resolve();
  }

  async fail(): Promise<void> {
    this.#waiting.shift()?.done.reject(new Error("reset"));
    await Promise.resolve();
    await Promise.resolve();
  }

  /** Sequence numbers of what was taken; throws on a broken frame. */
  frames(): number[] {
    const bytes = joined(this.taken);
    const found: number[] = [];
    for (let at = 0; at < bytes.length;) {
      const size = 4 + u32(bytes, at);
      const sequence = bytes[at + 6]! << 8 | bytes[at + 7]!;
      const frame = bytes.subarray(at, at + size);
      assert.equal(hex(frame), hex(voice(ANN, sequence, size - 4)));
      found.push(sequence);
      at += size;
    }
    return found;
  }
}

Deno.test("Outlet writes a run by reference when nothing is in flight", async () => {
  const pipe = new Pipe();
  pipe.outlet.send(voice(ANN, 1), 1);
  assert.equal(pipe.writing, 1);
  await pipe.take();
  assert.deepEqual(pipe.frames(), [1]);
  assert.equal(pipe.writing, 0);
});

Deno.test("Outlet merges queued frames into one write", async () => {
  const pipe = new Pipe();
  for (let i = 0; i < 50; i++) pipe.outlet.send(voice(ANN, i), 1);
  await pipe.take();
  await pipe.take();
  assert.equal(pipe.taken.length, 2);
  assert.equal(pipe.frames().length, 50);
  assert.equal(pipe.traffic.out, 50);
  assert.equal(pipe.traffic.worstQueue, 49);
});

Deno.test("Outlet drops the oldest when a write takes too long", async () => {
  const pipe = new Pipe();
  pipe.outlet.send(voice(ANN, 0), 1);
  pipe.wait(LAG_MS);
  let dropped = 0;
  for (let i = 1; i <= 100; i++) dropped += pipe.outlet.send(voice(ANN, i), 1);
  await pipe.take();
  await pipe.take();
  assert.deepEqual(pipe.frames(), [0, 96, 97, 98, 99, 100]);
  assert.equal(dropped, 95);
  assert.equal(pipe.traffic.dropped, dropped);
});

Deno.test("Outlet drops from within a run, and bounds a burst by bytes", async () => {
  const pipe = new Pipe();
  pipe.outlet.send(voice(ANN, 0), 1);
  pipe.wait(LAG_MS);
  const run = Array.from({ length: 20 }, (_, i) => voice(ANN, i + 1));
  assert.equal(pipe.outlet.send(joined(run), 20), 15);
  await pipe.take();
  await pipe.take();
  assert.deepEqual(pipe.frames(), [0, 16, 17, 18, 19, 20]);

  const burst = new Pipe();
  for (let i = 0; i < 1000; i++) burst.outlet.send(voice(ANN, i), 1);
  while (burst.writing > 0) await burst.take();
  assert.equal(burst.frames().length, 1 + Math.floor(MOST_BYTES / 152));
});

Deno.test("Outlet finishes the frame in flight and then reports it", async () => {
  const pipe = new Pipe();
  pipe.outlet.send(voice(ANN, 1), 1);
  pipe.outlet.send(voice(ANN, 2), 1);
  await pipe.take(100);
  assert.equal(pipe.outlet.whole, false);
  const finished = pipe.outlet.finish();
  pipe.outlet.send(voice(ANN, 3), 1);
  await pipe.take();
  await finished;
  assert.equal(pipe.outlet.whole, true);
  assert.deepEqual(pipe.frames(), [1]);
});

Deno.test("Outlet reports a broken connection once", async () => {
  const pipe = new Pipe();
  pipe.outlet.send(voice(ANN, 1), 1);
  await pipe.fail();
  assert.match(String(pipe.failure), /reset/);
  assert.equal(pipe.outlet.send(voice(ANN, 2), 1), 0);
  assert.equal(pipe.writing, 0);
  await pipe.outlet.finish();
});

Deno.test("Outlet never cuts, repeats or reorders a frame", async () => {
  const step = fc.oneof(
    fc.record({ send: fc.integer({ min: 1, max: 12 }) }),
    fc.record({ take: fc.integer({ min: 1, max: 2000 }) }),
    fc.record({ wait: fc.integer({ min: 1, max: 2 * LAG_MS }) }),
  );
  await fc.assert(fc.asyncProperty(fc.array(step), async (steps) => {
    const pipe = new Pipe();
    let sequence = 0;
    let dropped = 0;
    for (const one of steps) {
      if ("send" in one) {
        const run = Array.from(
          { length: one.send },
          () => voice(ANN, sequence, 50 + (sequence++ * 37) % 900),
        );
        dropped += pipe.outlet.send(joined(run), one.send);
      } else if ("take" in one) await pipe.take(one.take);
      else pipe.wait(one.wait);
    }
    while (pipe.writing > 0) await pipe.take();
    const got = pipe.frames();
    assert.equal(got.length + dropped, sequence);
    assert.deepEqual(got, [...new Set(got)].sort((a, b) => a - b));
    assert.equal(pipe.traffic.out, got.length);
  }));
});

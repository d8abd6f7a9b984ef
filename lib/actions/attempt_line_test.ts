import assert from "node:assert/strict";
import { AttemptLine, type Turn } from "./attempt_line.ts";

const yes = () => true;

Deno.test("AttemptLine lets the first attempt through immediately and the next ones one by one", async () => {
  const line = new AttemptLine({
    everyMs: 100,
    longestMs: 10_000,
    mostPerLane: 5,
  });
  const began = performance.now();
  assert.equal(await line.wait("ann", "a", yes), "now");
  assert.ok(performance.now() - began < 80);
  assert.equal(await line.wait("bob", "a", yes), "now", "another line");
  await Promise.all([1, 2, 3].map(() => line.wait("ann", "a", yes)));
  assert.ok(performance.now() - began >= 290);
  assert.equal(line.waiting, 0);
});

Deno.test("AttemptLine is fair among lanes and bounds each of them", async () => {
  const line = new AttemptLine({
    everyMs: 20,
    longestMs: 10_000,
    mostPerLane: 3,
  });
  await line.wait("ann", "first", yes);
  const order: string[] = [];
  const come = async (lane: string) => {
    const turn = await line.wait("ann", lane, yes);
    order.push(turn === "now" ? lane : turn);
  };
  await Promise.all(["a", "a", "a", "a", "b"].map(come));
  assert.deepEqual(order, ["full", "a", "b", "a", "a"]);
});

Deno.test("AttemptLine makes nobody wait for longer than its bound", async () => {
  const line = new AttemptLine({
    everyMs: 50,
    longestMs: 200,
    mostPerLane: 1000,
  });
  await line.wait("ann", "first", yes);
  const began = performance.now();
  await Promise.all(
    Array.from({ length: 100 }, (_, n) => line.wait("ann", `${n}`, yes)),
  );
  assert.ok(performance.now() - began < 1500);
});

Deno.test("AttemptLine spends no turn on those that have hung up", async () => {
  const line = new AttemptLine({
    everyMs: 50,
    longestMs: 10_000,
    mostPerLane: 1000,
  });
  await line.wait("ann", "first", yes);
  let here = true;
  const gone: Promise<Turn>[] = Array.from(
    { length: 100 },
    (_, n) => line.wait("ann", `${n}`, () => here),
  );
  here = false;
  const began = performance.now();
  assert.equal(await line.wait("ann", "last", yes), "now");
  assert.ok(performance.now() - began < 1000);
  assert.deepEqual(new Set(await Promise.all(gone)), new Set(["gone"]));
});

Deno.test("AttemptLine.close() ends all waiting", async () => {
  const line = new AttemptLine({
    everyMs: 10_000,
    longestMs: 20_000,
    mostPerLane: 5,
  });
  await line.wait("ann", "a", yes);
  const waiting = line.wait("ann", "a", yes);
  line.close();
  assert.equal(await waiting, "gone");
  assert.equal(await line.wait("ann", "a", yes), "gone", "came too late");
});

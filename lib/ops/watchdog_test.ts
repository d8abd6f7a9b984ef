import assert from "node:assert/strict";
import { Activity } from "./activity.ts";
import { type Stall, Watchdog } from "./watchdog.ts";

const nameOf = (type: number) => type === -350 ? "ROOM_MESSAGE_OUT" : undefined;

/** Keeps the event loop from turning. */
function standStill(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

const turn = (ms: number) => new Promise((go) => setTimeout(go, ms));

for (const thread of [false, true]) {
  const how = thread ? "with a thread" : "without a thread";
  Deno.test(`Watchdog ${how} reports what the loop was doing when it was blocked`, async () => {
    const activity = new Activity(200);
    const { promise, resolve } = Promise.withResolvers<Stall>();
    using _watchdog = new Watchdog({
      activity,
      nameOf,
      onStall: resolve,
      thread,
      format: "json",
    });
    // Its thread has to be up first: the beat is seen only then.
    if (thread) await turn(500);
    activity.packet(-20, 3, performance.now());
    activity.packet(-350, 12, performance.now());
    standStill(500);
    // Those that waited behind it are not to blame.
    activity.packet(-20, 4, performance.now());
    const stall = await promise;
    assert.equal(stall.doing, "packet ROOM_MESSAGE_OUT of session 12");
    assert.ok(stall.ms >= 200, `${stall.ms} ms`);
  });
}

Deno.test("Watchdog says nothing while the loop turns, busy or not", async () => {
  const activity = new Activity(200);
  const stalls: Stall[] = [];
  using _watchdog = new Watchdog({
    activity,
    nameOf,
    onStall: (stall) => stalls.push(stall),
  });
  activity.packet(-350, 1, performance.now());
  for (let n = 0; n < 5; n++) await turn(100);
  activity.packet(-350, 1, performance.now());
  await turn(100);
  assert.deepEqual(stalls, []);
});

Deno.test("Activity describes packets and other work", () => {
  const activity = new Activity();
  const words = () => activity.describe(nameOf);
  assert.equal(words(), "nothing known");
  activity.packet(-350, 7, 1);
  assert.equal(words(), "packet ROOM_MESSAGE_OUT of session 7");
  activity.packet(99, 8, 2);
  assert.equal(words(), "packet 99 of session 8");
  activity.task("deferred writes", 3);
  assert.equal(words(), "deferred writes");
});

import assert from "node:assert/strict";
import { Activity } from "./activity.ts";
import { type Stall, Watchdog } from "./watchdog.ts";

/** Keeps the event loop from turning. */
function standStill(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

Deno.test("Watchdog tells what the loop was doing when it stood still", async () => {
  const activity = new Activity();
  const { promise, resolve } = Promise.withResolvers<Stall>();
  using _watchdog = new Watchdog({
    activity,
    nameOf: (type) => type === -350 ? "ROOM_MESSAGE_OUT" : undefined,
    onStall: resolve,
    stallMs: 200,
    format: "json",
  });
  // Its thread has to be up first: the beat is seen only then.
  await new Promise((turn) => setTimeout(turn, 500));
  activity.packet(-350, 12);
  standStill(700);
  activity.done();
  const stall = await promise;
  assert.equal(stall.doing, "packet ROOM_MESSAGE_OUT of session 12");
  assert.ok(stall.over && stall.ms >= 200, `${stall.ms} ms`);
});

Deno.test("Activity describes packets and other work", () => {
  const activity = new Activity();
  const words = () => activity.describe((type) => type === -20 ? "IM_OUT" : undefined);
  assert.equal(words(), "nothing known");
  activity.packet(-20, 7);
  assert.equal(words(), "packet IM_OUT of session 7");
  activity.packet(99, 8);
  assert.equal(words(), "packet 99 of session 8");
  activity.task("deferred writes");
  assert.equal(words(), "deferred writes");
  activity.done();
  assert.equal(words(), "nothing known");
});

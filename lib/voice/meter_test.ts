import assert from "node:assert/strict";
import { Meter } from "./meter.ts";

Deno.test("Meter fills by time, up to the burst, and may go into debt", () => {
  const meter = new Meter(() => 1000, () => 500);
  assert.equal(meter.level(0), 500);
  meter.spend(800, 0);
  assert.equal(meter.level(0), -300);
  assert.equal(meter.level(300), 0);
  assert.equal(meter.level(10_000), 500);
  // A clock that jumps back costs nobody anything.
  assert.equal(meter.level(0), 500);
});

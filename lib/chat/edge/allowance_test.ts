import assert from "node:assert/strict";
import { defaultConfig } from "../../config/config.ts";
import { Allowance } from "./allowance.ts";

const { limits } = defaultConfig({
  "limits.packets_per_second": 10,
  "limits.packet_burst": 10,
  "limits.answer_bytes_per_second": 1000,
});

Deno.test("Allowance.takeLate() lets packets through at the rate, each later", () => {
  const allowance = new Allowance(limits);
  for (let n = 0; n < 10; n++) assert.equal(allowance.takeLate(0, 1), 0);
  assert.equal(allowance.takeLate(0, 1), 100);
  assert.equal(allowance.takeLate(0, 3), 400);
  assert.equal(allowance.take(0, 1), false);
  assert.equal(allowance.takeLate(1400, 1), 0);
});

Deno.test("Allowance.takeLate() lets a packet through that costs more than a burst", () => {
  const allowance = new Allowance(limits);
  assert.equal(allowance.takeLate(0, 30), 2000);
});

Deno.test("Allowance makes the next question wait until the answers are paid", () => {
  const allowance = new Allowance(limits);
  assert.equal(allowance.takeLate(0, 1), 0);
  allowance.answered(12_000, 0);
  assert.equal(allowance.takeLate(0, 1), 2000);
  assert.equal(allowance.takeLate(3000, 1), 0);
});

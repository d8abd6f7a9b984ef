import assert from "node:assert/strict";
import { OutsideLines } from "./outside_lines.ts";

function budget() {
  let now = 0;
  const summaries: unknown[] = [];
  const lines = new OutsideLines(
    { warn: (_, fields) => summaries.push(fields) },
    () => now,
  );
  const taken = (count: number, address: (n: number) => string) => {
    let allowed = 0;
    for (let n = 0; n < count; n++) if (lines.take(address(n))) allowed++;
    return allowed;
  };
  return { taken, summaries, pass: (ms: number) => now += ms };
}

Deno.test("OutsideLines bounds what one host causes, and leaves the others theirs", () => {
  const { taken, pass } = budget();
  assert.equal(taken(10_000, () => "198.51.100.1"), 300);
  assert.equal(taken(10, () => "198.51.100.2"), 10);
  pass(60_000);
  assert.equal(taken(10_000, () => "198.51.100.1"), 60);
});

Deno.test("OutsideLines counts a /64 as one host", () => {
  const { taken } = budget();
  assert.equal(taken(1000, (n) => `2001:db8::${n.toString(16)}`), 300);
});

Deno.test("OutsideLines bounds what all hosts cause together", () => {
  const { taken, pass } = budget();
  const many = (n: number) => `198.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;
  assert.equal(taken(20_000, many), 3000);
  pass(10_000);
  assert.equal(taken(20_000, many), 200);
});

Deno.test("OutsideLines says once a minute how many were left out", () => {
  const { taken, summaries, pass } = budget();
  taken(1000, () => "198.51.100.1");
  assert.equal(summaries.length, 1);
  pass(60_000);
  taken(1, () => "198.51.100.1");
  assert.deepEqual(summaries, [
    { count: 1, latest: "198.51.100.1" },
    { count: 699, latest: "198.51.100.1" },
  ]);
});

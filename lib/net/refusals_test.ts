import assert from "node:assert/strict";
import { Refusals } from "./refusals.ts";

class FakeLog {
  lines: { message: string; fields: Record<string, unknown> }[] = [];
  debug() {}
  warn(message: string, fields: Record<string, unknown> = {}) {
    this.lines.push({ message, fields });
  }
}

Deno.test("Refusals writes the first of a kind and counts the rest", () => {
  const log = new FakeLog();
  let now = 0;
  const refusals = new Refusals(log, () => now, "refused");
  for (let i = 0; i < 1000; i++) refusals.note("stranger", "10.0.0.1");
  refusals.note("stranger", "10.0.0.2", { uid: 7 });
  assert.equal(log.lines.length, 2);
  now = 10_000;
  refusals.note("stranger", "10.0.0.1");
  assert.equal(log.lines.at(-1)?.fields["unsaid"], 999);
});

Deno.test("Refusals stays small when addresses are many", () => {
  const refusals = new Refusals(new FakeLog(), () => 0, "refused");
  for (let i = 0; i < 100_000; i++) refusals.note("stranger", `${i}`);
  assert.ok(refusals.kept <= 1024);
});

Deno.test("Refusals reports the number of refusals and addresses", () => {
  const log = new FakeLog();
  let now = 0;
  const refusals = new Refusals(log, () => now, "refused");
  for (let i = 0; i < 1000; i++) refusals.note("stranger", `${i}`);
  assert.equal(log.lines.length, 50);
  now = 10_000;
  refusals.note("stranger", "10.0.0.1");
  assert.equal(log.lines.length, 52);
  assert.equal(log.lines.at(-2)?.fields["unsaid"], 950);
  assert.equal(log.lines.at(-1)?.fields["address"], "10.0.0.1");
});

Deno.test("Refusals treats a /64 as one host", () => {
  const log = new FakeLog();
  const refusals = new Refusals(log, () => 0, "refused");
  for (let i = 1; i < 500; i++) refusals.note("stranger", `2001:db8::${i}`);
  assert.equal(log.lines.length, 1);
});

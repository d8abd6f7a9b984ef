import assert from "node:assert/strict";
import { nextTurn } from "./turn.ts";
import { Turnstile } from "./turnstile.ts";

Deno.test("Turnstile lets a fixed number through per turn, in order of arrival", async () => {
  const turnstile = new Turnstile(2);
  const through: number[] = [];
  const come = async (n: number) => {
    await turnstile.pass("10.0.0.1");
    through.push(n);
  };
  const all = [1, 2, 3, 4, 5].map(come);
  await Promise.resolve();
  assert.deepEqual(through, [1, 2], "the first two at once");
  await nextTurn();
  assert.deepEqual(through, [1, 2, 3, 4]);
  const late = come(6);
  await Promise.all([...all, late]);
  assert.deepEqual(through, [1, 2, 3, 4, 5, 6], "nobody overtakes");
});

Deno.test("Turnstile is open again after a turn without arrivals", async () => {
  const turnstile = new Turnstile(1);
  assert.equal(turnstile.pass("10.0.0.1"), undefined);
  assert.notEqual(turnstile.pass("10.0.0.1"), undefined);
  for (let turn = 0; turn < 4; turn++) await nextTurn();
  assert.equal(turnstile.pass("10.0.0.1"), undefined);
});

Deno.test("Turnstile makes a host wait behind its own work only", async () => {
  const turnstile = new Turnstile(1);
  const through: string[] = [];
  const come = async (address: string) => {
    await turnstile.pass(address);
    through.push(address);
  };
  const flood = Array.from({ length: 100 }, () => come("10.0.0.1"));
  const honest = come("10.0.0.2");
  for (let turn = 0; turn < 4; turn++) await nextTurn();
  assert.ok(through.includes("10.0.0.2"), `${through.length} went before`);
  await Promise.all([...flood, honest]);
});

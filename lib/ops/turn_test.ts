import assert from "node:assert/strict";
import { nextTurn, Turnstile } from "./turn.ts";

Deno.test("Turnstile lets so many through in each turn, in the order they came", async () => {
  const turnstile = new Turnstile(2);
  const through: number[] = [];
  const come = async (n: number) => {
    await turnstile.pass();
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

Deno.test("Turnstile is open again when nobody has come for a turn", async () => {
  const turnstile = new Turnstile(1);
  assert.equal(turnstile.pass(), undefined);
  assert.notEqual(turnstile.pass(), undefined);
  for (let turn = 0; turn < 4; turn++) await nextTurn();
  assert.equal(turnstile.pass(), undefined);
});

import assert from "node:assert/strict";
import {
  type Outcome,
  simulate,
} from "../../tests/support/simulation/simulation.ts";
import { fill } from "../../tests/support/simulation/chat_rules.ts";
import { withStore } from "../../tests/support/db/temp.ts";

const SEEDS = 200;
/** Each takes ten times as long as one of the others. */
const CHAT_SEEDS = 15;

Deno.test(`${SEEDS} seeds: every member sees what one process would have shown`, () => {
  const sums: Outcome = simulate(0);
  for (let seed = 1; seed < SEEDS; seed++) {
    for (const [name, n] of Object.entries(simulate(seed))) {
      sums[name as keyof Outcome] += n;
    }
  }
  // A simulation without these events would prove nothing.
  for (const [name, n] of Object.entries(sums)) {
    assert.ok(n >= 10, `${name}: ${n}`);
  }
  assert.ok(sums.delivered > 50_000, `${sums.delivered} delivered`);
});

Deno.test(`${CHAT_SEEDS} seeds of the chat server's own rooms and handlers`, () =>
  withStore((store) => {
    fill(store);
    const sums: Outcome = simulate(0, { store });
    for (let seed = 1; seed < CHAT_SEEDS; seed++) {
      for (const [name, n] of Object.entries(simulate(seed, { store }))) {
        sums[name as keyof Outcome] += n;
      }
    }
    for (const [name, n] of Object.entries(sums)) assert.ok(n > 0, name);
    assert.ok(sums.delivered > 4000, `${sums.delivered} delivered`);
  }));

Deno.test("a crowd at many gateways sees what one process would have shown", () => {
  const { accepted, delivered } = simulate(1, {
    crowd: { gateways: 20, people: 20 },
  });
  assert.ok(accepted > 1000, `${accepted} accepted`);
  assert.ok(delivered > 5 * accepted, `${delivered} delivered`);
});

Deno.test("a seed repeats its run exactly", () => {
  assert.deepEqual(simulate(7), simulate(7));
});

Deno.test("the simulation notices a log that takes entries of a replaced core", () => {
  let failed = 0;
  for (let seed = 0; seed < 20; seed++) {
    try {
      simulate(seed, { fenced: false });
    } catch (error) {
      assert.ok(error instanceof assert.AssertionError, String(error));
      failed++;
    }
  }
  assert.ok(failed > 0);
});

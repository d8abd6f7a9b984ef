import assert from "node:assert/strict";
import { HeldBack } from "./held_back.ts";

const ANN = 1000002;
const BOB = 1000003;

function answers(held: HeldBack, times: number, from = ANN): boolean[] {
  return Array.from({ length: times }, () => held.asked(from));
}

Deno.test("HeldBack answers once for several messages of one stranger", () => {
  const held = new HeldBack();
  for (let i = 0; i < 3; i++) held.sent(ANN, false);
  held.sent(BOB, false);
  assert.deepEqual(answers(held, 3), [true, false, false]);
  assert.deepEqual(answers(held, 1, BOB), [true]);
});

Deno.test("HeldBack answers every question without messages", () => {
  const held = new HeldBack();
  assert.deepEqual(answers(held, 3), [true, true, true]);
  held.sent(ANN, false);
  assert.deepEqual(answers(held, 3), [true, true, true]);
});

Deno.test("HeldBack answers again after a newer message, known or not", () => {
  for (const known of [true, false]) {
    const held = new HeldBack();
    for (let i = 0; i < 3; i++) held.sent(ANN, false);
    assert.deepEqual(answers(held, 2), [true, false]);
    // The client has closed the window and asks again.
    held.sent(ANN, known);
    assert.deepEqual(answers(held, 1), [true]);
  }
});

Deno.test("HeldBack tells the questions that messages call for from others", () => {
  const held = new HeldBack();
  held.sent(ANN, false);
  held.sent(BOB, false);
  held.sent(BOB, true);
  const wanted = Array.from({ length: 3 }, () => held.takeQuestion());
  assert.deepEqual(wanted, [true, true, false]);
});

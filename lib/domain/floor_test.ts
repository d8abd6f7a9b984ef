import assert from "node:assert/strict";
import fc from "fast-check";
import { DEFAULT_FLOOR, Floor, type FloorRule, TURN_MS } from "./floor.ts";

const [ANN, BOB, CAT] = [1000002, 1000003, 1000004] as const;
const QUEUE: FloorRule = { mode: "queue", pauseMs: 1000, longestMs: 120_000 };

Deno.test("Floor gives the first speaker the floor until he pauses", () => {
  const floor = new Floor();
  assert.equal(floor.claim(ANN, 0, DEFAULT_FLOOR), true);
  assert.equal(floor.claim(BOB, 10, DEFAULT_FLOOR), false);
  assert.equal(floor.claim(ANN, 900, DEFAULT_FLOOR), true);
  assert.equal(floor.claim(BOB, 1899, DEFAULT_FLOOR), false);
  assert.equal(floor.claim(BOB, 1900, DEFAULT_FLOOR), true);
  assert.equal(floor.claim(ANN, 1901, DEFAULT_FLOOR), false);
  assert.equal(floor.holder(1901, DEFAULT_FLOOR), BOB);
  assert.equal(floor.holder(2900, DEFAULT_FLOOR), undefined);
});

Deno.test("Floor.release() lets the next one speak at once", () => {
  const floor = new Floor();
  floor.claim(ANN, 0, DEFAULT_FLOOR);
  floor.release(BOB);
  assert.equal(floor.claim(BOB, 1, DEFAULT_FLOOR), false);
  floor.release(ANN);
  assert.equal(floor.claim(BOB, 2, DEFAULT_FLOOR), true);
});

Deno.test("Floor hears everybody when it is free", () => {
  const floor = new Floor();
  const rule: FloorRule = { mode: "free", pauseMs: 1000, longestMs: 120_000 };
  for (const uid of [ANN, BOB, CAT, ANN]) {
    assert.equal(floor.claim(uid, 0, rule), true);
  }
});

Deno.test("Floor gives a queue's first hand its turn", () => {
  const floor = new Floor();
  floor.claim(CAT, 0, QUEUE, 0);
  assert.equal(floor.claim(ANN, 500, QUEUE, 0), false);
  assert.equal(floor.claim(BOB, 1000, QUEUE, 1), false);
  assert.equal(floor.claim(ANN, 1100, QUEUE, 0), true);
});

Deno.test("Floor passes over a first hand who does not speak", () => {
  const floor = new Floor();
  let heard = -1;
  for (let now = 0; now <= 2 * TURN_MS && heard < 0; now += 80) {
    if (floor.claim(BOB, now, QUEUE, 1)) heard = now;
  }
  assert.ok(heard >= TURN_MS && heard < TURN_MS + 80, `${heard}`);
});

Deno.test("Floor does not count an attempt of long ago", () => {
  const floor = new Floor();
  assert.equal(floor.claim(BOB, 0, QUEUE, 1), false);
  assert.equal(floor.claim(BOB, 60_000, QUEUE, 1), false);
  assert.equal(floor.claim(BOB, 60_000 + TURN_MS - 1, QUEUE, 1), false);
});

Deno.test("Floor never hears two people within one pause", () => {
  fc.assert(fc.property(
    fc.constantFrom("pause", "queue"),
    fc.integer({ min: 1, max: 3000 }),
    fc.array(fc.record({
      uid: fc.constantFrom(ANN, BOB, CAT),
      after: fc.integer({ min: 0, max: 1500 }),
      rank: fc.integer({ min: 0, max: 2 }),
    })),
    (mode, pauseMs, frames) => {
      const floor = new Floor();
      let now = 0;
      let last: { uid: number; at: number } | undefined;
      for (const { uid, after, rank } of frames) {
        now += after;
        if (
          !floor.claim(uid, now, { mode, pauseMs, longestMs: Infinity }, rank)
        ) continue;
        if (last !== undefined && last.uid !== uid) {
          assert.ok(now - last.at >= pauseMs);
        }
        last = { uid, at: now };
      }
    },
  ));
});

Deno.test("Floor always hears somebody who talks alone", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 5 }), (rank) => {
    const floor = new Floor();
    let heard = false;
    for (let now = 0; now <= rank * TURN_MS + 160; now += 80) {
      heard = floor.claim(ANN, now, QUEUE, rank);
    }
    assert.equal(heard, true);
  }));
});

/** `uids` send a frame each 80 ms; returns when each was first heard. */
function contest(floor: Floor, uids: readonly number[], until: number) {
  const first = new Map<number, number>();
  const rule: FloorRule = { ...DEFAULT_FLOOR, longestMs: 10_000 };
  for (let now = 0; now < until; now += 80) {
    for (const uid of uids) {
      const heard = floor.claim(uid, now, rule);
      if (heard && !first.has(uid)) first.set(uid, now);
    }
  }
  return first;
}

Deno.test("Floor ends a long turn when another is trying", () => {
  const first = contest(new Floor(), [ANN, BOB], 30_000);
  const bob = first.get(BOB) ?? -1;
  assert.ok(bob >= 10_000 && bob < 10_300, `Bob heard at ${bob}`);
});

Deno.test("Floor counts a long turn only while another is trying", () => {
  const floor = new Floor();
  const rule: FloorRule = { ...DEFAULT_FLOOR, longestMs: 10_000 };
  for (let now = 0; now < 600_000; now += 850) {
    assert.equal(floor.claim(ANN, now, rule), true);
  }
  assert.equal(floor.claim(BOB, 600_000, rule), false);
  for (let now = 600_100; now < 700_000; now += 850) {
    assert.equal(floor.claim(ANN, now, rule), true, "one try is not enough");
  }
});

Deno.test("Floor gives an ended turn to those who go first", () => {
  const floor = new Floor((uid) => uid === CAT);
  const first = contest(floor, [ANN, BOB, CAT], 15_000);
  const [bob, cat] = [first.get(BOB), first.get(CAT) ?? -1];
  assert.ok(cat >= 10_000 && cat < 10_300, `Cat heard at ${cat}`);
  assert.equal(bob, undefined);
});

Deno.test("Floor lets the old speaker go on when the others give up", () => {
  const floor = new Floor();
  const rule: FloorRule = { ...DEFAULT_FLOOR, longestMs: 1000 };
  floor.claim(ANN, 0, rule);
  floor.claim(BOB, 10, rule);
  floor.claim(ANN, 900, rule);
  floor.claim(BOB, 1000, rule);
  assert.equal(floor.claim(ANN, 1600, rule), false, "the turn is over");
  assert.equal(floor.claim(ANN, 2400, rule), false, "Bob may still come");
  assert.equal(floor.claim(ANN, 3200, rule), true);
});

import { deepEqual, equal, ok } from "node:assert/strict";
import { ArrivalMeter, noQuality, soundMs } from "./quality.ts";

/** Frames of 80 ms; each entry is the number of a frame and when it came. */
function listen(arrivals: readonly (readonly [number, number])[], start = 0) {
  const meter = new ArrivalMeter();
  const counts = noQuality();
  for (const [number, at] of arrivals) {
    meter.arrived(
      (start + number) & 0xffff,
      (start * 640 + number * 640) >>> 0,
      at,
      counts,
    );
  }
  return { counts, jitterMs: meter.jitterMs };
}

const steady = (from: number, to: number, at = 0) =>
  Array.from(
    { length: to - from },
    (_, i) => [from + i, at + 80 * (from + i)] as const,
  );

Deno.test("ArrivalMeter finds nothing wrong with a steady stream", () => {
  const { counts, jitterMs } = listen(steady(0, 50));
  deepEqual(counts, { ...noQuality(), received: 50 });
  equal(jitterMs, 0);
});

Deno.test("ArrivalMeter counts missing frames, over the end of the numbers too", () => {
  const frames = [...steady(0, 10), ...steady(13, 20)];
  for (const start of [0, 65_530]) {
    const { counts } = listen(frames, start);
    equal(counts.lost, 3, `from ${start}`);
    equal(counts.received, 17);
  }
});

Deno.test("ArrivalMeter counts a reordered frame as not lost, and ignores a copy", () => {
  const { counts } = listen([[0, 0], [2, 160], [1, 165], [3, 240], [3, 241]]);
  equal(counts.lost, 0);
});

Deno.test("ArrivalMeter starts a new count when the numbers jump", () => {
  const { counts } = listen([...steady(0, 5), ...steady(9000, 9005)]);
  equal(counts.lost, 0);
  equal(listen([...steady(9000, 9005), ...steady(0, 5)]).counts.lost, 0);
});

Deno.test("ArrivalMeter counts frames as late that come in a burst after a hold-up", () => {
  const burst = [10, 11, 12, 13, 14].map((n) => [n, 80 * 15] as const);
  const { counts } = listen([
    ...steady(0, 10),
    ...burst,
    ...steady(15, 30),
  ]);
  ok(counts.late >= 4 && counts.late <= 6, `${counts.late}`);
  equal(counts.lost, 0);
});

Deno.test("ArrivalMeter does not take a pause in speech for a hold-up", () => {
  const { counts } = listen([
    ...steady(0, 10),
    ...steady(10, 20, 400),
    ...steady(20, 30, 5000),
  ]);
  equal(counts.late, 0);
});

Deno.test("soundMs() knows that four GSM frames are 80 ms", () => {
  equal(soundMs(132), 80);
});

import { equal, match } from "node:assert/strict";
import { chart, niceTop } from "./chart.ts";

const draw = (points: { at: number; value: number }[]) =>
  String(
    chart({ title: "A<b>", points, from: 0, to: 100, gapMs: 10, ticks: [] }),
  );

Deno.test("chart() draws one line, and breaks it where nothing was recorded", () => {
  const svg = draw([
    { at: 0, value: 0 },
    { at: 10, value: 2 },
    { at: 50, value: 1 },
    { at: 60, value: 1 },
  ]);
  equal(/class="line"\s+d="([^"]*)"/.exec(svg)?.[1]?.match(/M/g)?.length, 2);
  match(svg, /now 1, at most 2/);
  match(svg, /A&lt;b&gt;/);
});

Deno.test("chart() shows a notice when nothing is recorded yet", () => {
  match(draw([]), /nothing recorded yet/);
});

Deno.test("niceTop() is a round number that is high enough", () => {
  equal(niceTop(0), 2);
  equal(niceTop(3), 4);
  equal(niceTop(70), 100);
  equal(niceTop(101), 200);
  equal(niceTop(999), 1000);
});

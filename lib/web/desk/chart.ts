/**
 * A line chart over time as SVG, drawn on the server: no script, no library;
 * the colours come from the style sheet.
 *
 * @module
 */
import { type Html, html } from "../html.ts";

export interface Point {
  readonly at: number;
  readonly value: number;
}

export interface Chart {
  readonly title: string;
  readonly points: readonly Point[];
  readonly from: number;
  readonly to: number;
  /**
   * Points further apart than this are not joined, because the server was off.
   */
  readonly gapMs: number;
  readonly ticks: readonly (readonly [at: number, label: string])[];
}

const WIDTH = 400;
const HEIGHT = 120;
const LEFT = 34;
const RIGHT = 6;
const TOP = 8;
const BOTTOM = 18;

export function chart(one: Chart): Html {
  const values = one.points.map(({ value }) => value);
  const most = Math.max(0, ...values);
  const last = values.at(-1) ?? 0;
  const top = niceTop(most);
  const x = (at: number) =>
    round(
      LEFT + (WIDTH - LEFT - RIGHT) * (at - one.from) / (one.to - one.from),
    );
  const y = (value: number) =>
    round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top));
  const runs = split(one.points, one.gapMs);
  const line = runs.map((run) =>
    run.map(({ at, value }, i) => `${i ? "L" : "M"}${x(at)} ${y(value)}`).join(
      "",
    )
  ).join("");
  const area = runs.map((run) =>
    `M${x(run[0]?.at ?? 0)} ${y(0)}` +
    run.map(({ at, value }) => `L${x(at)} ${y(value)}`).join("") +
    `L${x(run.at(-1)?.at ?? 0)} ${y(0)}Z`
  ).join("");
  const words = one.points.length === 0
    ? "nothing recorded yet"
    : `now ${shown(last)}, at most ${shown(most)}`;
  return html`
    <figure>
      <figcaption><b>${one.title}</b> <span>${words}</span></figcaption>
      <svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"
        aria-label="${one.title}: ${words}">
    ${[0, 0.5, 1].map((part) =>
      html`
        <line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(
          top * part,
        )}"
          y2="${y(top * part)}" />
        <text x="${LEFT - 4}" y="${y(top * part) +
          3}" text-anchor="end">${shown(top * part)}</text>
      `
    )}
    ${one.ticks.map(([at, label]) =>
      html`<text x="${x(at)}" y="${
        HEIGHT - 5
      }" text-anchor="middle">${label}</text>`
    )}
    <path class="area" d="${area}"/><path class="line" d="${line}"/>
      </svg>
    </figure>
  `;
}

function split(points: readonly Point[], gapMs: number): Point[][] {
  const runs: Point[][] = [];
  for (const point of points) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    if (run && before && point.at - before.at <= gapMs) run.push(point);
    else runs.push([point]);
  }
  return runs;
}

/**
 * Returns 1, 2 or 5 times a power of ten, and even, so that the middle line is
 * a whole number.
 */
export function niceTop(most: number): number {
  if (most <= 2) return 2;
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [1, 2, 4, 6, 10].find((one) => one * power >= most) ?? 10;
  return step * power;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

export function shown(value: number): string {
  if (value >= 10_000) return `${Math.round(value / 1000)}k`;
  return value >= 10 || Number.isInteger(value)
    ? String(Math.round(value))
    : value.toFixed(1);
}

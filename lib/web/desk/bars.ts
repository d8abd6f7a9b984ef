/**
 * Bar charts as SVG, drawn on the server, with the same numbers in a table
 * below for screen readers.
 *
 * @module
 */
import { type Html, html, NOTHING } from "../html.ts";
import { niceTop, shown } from "./chart.ts";
import { type Column, table } from "./layout.ts";

export interface Bar {
  /** Shown below the bar, where there is space, and in the table. */
  readonly label: string;
  /** Null when nothing is recorded. */
  readonly value: number | null;
  /** Further cells of its table row. */
  readonly more?: readonly unknown[];
}

export interface Bars {
  readonly title: string;
  /** Column heads of the table: the bar's label, its value, then the rest. */
  readonly heads: readonly (Column | string)[];
  readonly bars: readonly Bar[];
  /** A horizontal line, such as the limit of the uplink. */
  readonly limit?: { readonly label: string; readonly value: number };
}

const WIDTH = 400;
const HEIGHT = 130;
const LEFT = 34;
const RIGHT = 6;
const TOP = 10;
const BOTTOM = 18;
/** Approximate width of a label, in units of the drawing. */
const LABEL = 40;

export function bars(one: Bars): Html {
  const recorded = one.bars.filter(({ value }) => value !== null);
  if (recorded.length === 0) {
    return html`
      <figure>
        <figcaption><b>${one.title}</b></figcaption>
        <p class="quiet">Nothing is recorded yet.</p>
      </figure>
    `;
  }
  const most = Math.max(...recorded.map(({ value }) => value ?? 0));
  const tallest = recorded.find(({ value }) => value === most)!;
  const words = `most ${shown(most)} (${tallest.label})`;
  return html`
    <figure>
      <figcaption><b>${one.title}</b> <span>${words}</span></figcaption>
      ${drawing(one, most, words)}
      <details>
        <summary>${one.title} as a table</summary>
        ${table(
          one.title,
          one.heads,
          one.bars.map(({ label, value, more = [] }) => ({
            cells: [label, value ?? "–", ...more],
          })),
        )}
      </details>
    </figure>
  `;
}

function drawing({ title, bars, limit }: Bars, most: number, words: string) {
  // A limit far above all bars would flatten them, so it is given as text then.
  const isNear = limit !== undefined && limit.value <= 4 * most;
  const top = niceTop(isNear ? Math.max(most, limit.value) : most);
  const step = (WIDTH - LEFT - RIGHT) / bars.length;
  const y = (value: number) =>
    round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top));
  const every = Math.ceil(LABEL / step);
  const text = [
    `${title}: ${words}`,
    ...(limit === undefined ? [] : [limit.label]),
  ].join("; ");
  return html`
    <svg class="chart bars" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"
      aria-label="${text}">
    ${[0, 0.5, 1].map((part) =>
      html`
        <line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}"
          y1="${y(top * part)}" y2="${y(top * part)}" />
        <text x="${LEFT - 4}" y="${y(top * part) +
          3}" text-anchor="end">${shown(top * part)}</text>
      `
    )}
    ${bars.map(({ label, value }, i) =>
      html`
        <rect x="${round(LEFT + step * (i + 0.1))}" y="${y(
          value ?? 0,
        )}" width="${round(step * 0.8)}"
          height="${round(y(0) - y(value ?? 0))}" />${i % every === 0
            ? html`
              <text x="${round(LEFT + step * (i + 0.5))}" y="${HEIGHT -
                5}" text-anchor="middle">${label}</text>
            `
            : NOTHING}
      `
    )}${isNear
      ? html`
        <line class="limit" x1="${LEFT}" x2="${WIDTH - RIGHT}"
          y1="${y(limit.value)}" y2="${y(limit.value)}" />
      `
      : NOTHING}</svg>
  `;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/**
 * Times, sizes and lengths as pages show them.
 *
 * @module
 */
import { durationText, timeText } from "../commands/table_text.ts";
import { type Html, html } from "./html.ts";

/** In UTC; a script may turn it into the reader's own time. */
export function time(at: number | null): Html {
  if (at === null) return html`never`;
  return html`<time datetime="${new Date(at).toISOString()}">${
    timeText(at).slice(0, 16)
  }</time>`;
}

export function duration(seconds: number): string {
  return durationText(seconds);
}

/** "1.4 MB" */
export function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${
    value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)
  } ${units[unit]}`;
}

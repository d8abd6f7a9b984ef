/**
 * Times, sizes and lengths as pages show them.
 *
 * @module
 */
import { durationText, minuteText } from "../commands/table_text.ts";
import { type Html, html } from "./html.ts";

/** Formats a time in the server's time zone, with the zone's name. */
export function time(at: number | null): Html {
  if (at === null) return html`never`;
  return html`<time datetime="${new Date(at).toISOString()}">${
    minuteText(at)
  }</time>`;
}

export function duration(seconds: number): string {
  return durationText(seconds);
}

/** Formats a size, such as "1.4 MB". */
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

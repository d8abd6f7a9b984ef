/**
 * Formats rows and columns as text, and times and sizes for reading.
 *
 * @module
 */
export { minuteText, timeText } from "../ops/local_time.ts";

/** Formats columns as wide as their widest cell, separated by two spaces. */
export function columns(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const all = [head, ...rows].map((row) => row.map(oneLine));
  const widths = head.map((_, i) =>
    Math.max(...all.map((row) => [...row[i] ?? ""].length))
  );
  return all.map((row) =>
    row.map((cell, i) => cell + " ".repeat((widths[i] ?? 0) - [...cell].length))
      .join("  ").trimEnd()
  );
}

/** Formats lines of "name   value". */
export function pairs(
  values: readonly (readonly [string, string])[],
): string[] {
  const width = Math.max(0, ...values.map(([name]) => name.length));
  return values.map(([name, value]) =>
    `${name.padEnd(width)}  ${oneLine(value)}`.trimEnd()
  );
}

/**
 * Removes characters that could fool a terminal or a reader: control
 * characters, line ends, invisible letters, changes of direction.
 */
export function oneLine(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu,
    "\u00b7",
  );
}

/**
 * Formats a duration as its largest unit and the next one: "2d 3h", "5m 10s".
 */
export function durationText(seconds: number): string {
  const units: [number, string][] = [
    [86400, "d"],
    [3600, "h"],
    [60, "m"],
    [1, "s"],
  ];
  const whole = Math.max(0, Math.round(seconds));
  const first = Math.max(0, units.findIndex(([size]) => whole >= size));
  if (whole === 0) return "0s";
  let left = whole;
  return units.slice(first, first + 2).flatMap(([size, unit]) => {
    const count = Math.floor(left / size);
    left %= size;
    return count > 0 ? [`${count}${unit}`] : [];
  }).join(" ");
}

/** Formats a size, such as "1.5 MB". */
export function sizeText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${
    unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)
  } ${units[unit]}`;
}

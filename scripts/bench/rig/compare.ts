/**
 * Compares two result files. A change counts only if it is larger than the
 * differences between the rounds of each file.
 *
 * @module
 */
import {
  markdown,
  type Measured,
  type Report,
  type Row,
  short,
} from "./report.ts";

/** Returns a table of the changes from file `a` to file `b`. */
export async function compare(a: string, b: string): Promise<string> {
  const [before, after] = [await read(a), await read(b)];
  const lines: string[][] = [];
  for (const row of after.rows) {
    const other = before.rows.find((one) => keyOf(one) === keyOf(row));
    if (other === undefined) continue;
    for (const [name, now] of Object.entries(row.values)) {
      const then = other.values[name];
      if (then === undefined || then.median === 0) continue;
      lines.push([keyOf(row), name, ...change(then, now)]);
    }
  }
  const from = (report: Report) =>
    `${report.bench}, ${report.at}, ${report.machine.commit}, Deno ${report.machine.deno}`;
  return `A ${from(before)}\nB ${from(after)}\n\n${
    markdown(["what", "number", "A", "B", "change", "noise", ""], lines)
  }`;
}

function change(then: Measured, now: Measured): string[] {
  const difference = now.median / then.median - 1;
  const noise = Math.max(spread(then), spread(now));
  const percent = (part: number) => `${(100 * part).toFixed(0)}%`;
  return [
    short(then.median),
    short(now.median),
    percent(difference),
    percent(noise),
    Math.abs(difference) <= noise ? "noise" : difference > 0 ? "more" : "less",
  ];
}

/**
 * Returns half the distance between the middle rounds, relative to the median.
 */
function spread({ median, rounds }: Measured): number {
  const sorted = rounds.toSorted((x, y) => x - y);
  const cut = Math.floor(sorted.length / 4);
  const [low, high] = [sorted[cut]!, sorted[sorted.length - 1 - cut]!];
  return median === 0 ? 0 : (high - low) / 2 / median;
}

function keyOf(row: Row): string {
  const parameters = Object.entries(row.parameters)
    .map(([key, value]) => `${key} ${value}`);
  return [row.variant, ...parameters].join(", ");
}

async function read(path: string): Promise<Report> {
  return JSON.parse(await Deno.readTextFile(path));
}

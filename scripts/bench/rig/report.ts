/**
 * Results: rows of parameters and measurements, printed as tables and saved as
 * JSON.
 *
 * @module
 */
import { dirname, join } from "node:path";
import type { Machine } from "./machine.ts";
import { OUTPUT } from "./servers.ts";

/** One measured number: the value of each round, and the median. */
export interface Measured {
  readonly median: number;
  readonly rounds: readonly number[];
}

export interface Row {
  /** The program that was measured, and its parameters. */
  readonly variant: string;
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly values: Readonly<Record<string, Measured>>;
}

/** A goal of docs/performance.md, and whether it was met. */
export interface Goal {
  readonly what: string;
  readonly wanted: string;
  readonly got: string;
  readonly met: boolean;
}

export interface Report {
  readonly bench: string;
  readonly command: string;
  readonly at: string;
  readonly machine: Machine;
  /** Settings of the server that differ from the defaults. */
  readonly settings: Readonly<Record<string, string | number>>;
  readonly rows: readonly Row[];
  readonly goals: readonly Goal[];
  readonly notes: readonly string[];
}

/** Result of a benchmark; main.ts adds place and time. */
export type Outcome =
  & Pick<Report, "rows">
  & Partial<Pick<Report, "settings" | "goals" | "notes">>;

export function measured(rounds: readonly number[]): Measured {
  return { median: median(rounds), rounds };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** Formats a number with three significant digits, or as an integer. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return "-";
  if (Number.isInteger(value) || Math.abs(value) >= 1000) {
    return String(Math.round(value));
  }
  return String(Number(value.toPrecision(3)));
}

/** Formats rows as a Markdown table for docs/performance.md. */
export function table(rows: readonly Row[]): string {
  if (rows.length === 0) return "";
  const parameters = union(rows.map((row) => Object.keys(row.parameters)));
  const values = union(rows.map((row) => Object.keys(row.values)));
  const lines = rows.map((row) => [
    row.variant,
    ...parameters.map((key) => String(row.parameters[key] ?? "")),
    ...values.map((key) => {
      const value = row.values[key];
      return value === undefined ? "" : short(value.median);
    }),
  ]);
  return markdown(["", ...parameters, ...values], lines);
}

export function markdown(
  head: readonly string[],
  lines: readonly (readonly string[])[],
): string {
  const widths = head.map((name, i) =>
    Math.max(name.length, ...lines.map((line) => line[i]!.length))
  );
  const numeric = head.map((_, i) =>
    lines.every((line) => /^[-0-9.×%]*$/.test(line[i]!))
  );
  const row = (cells: readonly string[]) =>
    `| ${
      cells.map((cell, i) =>
        numeric[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)
      ).join(" | ")
    } |`;
  const rule = widths.map((width, i) =>
    "-".repeat(width - (numeric[i] ? 1 : 0)) + (numeric[i] ? ":" : "")
  );
  return [row(head), row(rule), ...lines.map(row)].join("\n");
}

export function goals(list: readonly Goal[]): string {
  return list.map(({ what, wanted, got, met }) =>
    `${met ? "met   " : "MISSED"} ${what}: ${got} (wanted ${wanted})`
  ).join("\n");
}

function union(lists: readonly string[][]): string[] {
  return [...new Set(lists.flat())];
}

/** Writes the report and returns its path. */
export async function keep(report: Report, path?: string): Promise<string> {
  const stamp = report.at.slice(0, 19).replaceAll(/[-:]/g, "");
  const file = path ?? join(OUTPUT, `${report.bench}-${stamp}.json`);
  await Deno.mkdir(dirname(file), { recursive: true });
  await Deno.writeTextFile(file, JSON.stringify(report, null, 2) + "\n");
  return file;
}

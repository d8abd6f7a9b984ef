/**
 * Interleaved rounds: measures every variant once, then all of them again, so
 * that other activity on the machine affects them equally.
 *
 * @module
 */
import { type Arguments, load, type Mode, type Seen } from "./load.ts";
import type { Running } from "./process.ts";
import { type Measured, measured, type Row } from "./report.ts";

export interface Variant {
  readonly server: Running;
  /** Overrides the arguments of the case. */
  readonly args?: Arguments;
}

/** Extracts the named numbers from the results of one round. */
export type Numbers<T> = (seen: T) => Record<string, number>;

/**
 * Measures all variants. Returns one row for each, with the medians over the
 * rounds.
 */
export async function interleave<T extends Seen>(
  rounds: number,
  variants: readonly Variant[],
  mode: Mode,
  parameters: Readonly<Record<string, number>>,
  args: Arguments,
  numbers: Numbers<T>,
): Promise<Row[]> {
  const kept = variants.map(() => [] as Record<string, number>[]);
  for (let round = 0; round < rounds; round++) {
    for (const [i, variant] of variants.entries()) {
      const seen = await load<T>(mode, variant.server, {
        ...args,
        ...variant.args,
      });
      kept[i]!.push(numbers(seen));
    }
  }
  return variants.map(({ server }, i) => ({
    variant: server.name,
    parameters,
    values: byName(kept[i]!),
  }));
}

function byName(
  rounds: readonly Record<string, number>[],
): Record<string, Measured> {
  return Object.fromEntries(
    Object.keys(rounds[0] ?? {}).map((name) => [
      name,
      measured(rounds.map((round) => round[name]!)),
    ]),
  );
}

/** Returns the numbers of every message benchmark: cost, delay, loss. */
export function costs(seen: Seen): Record<string, number> {
  return {
    "µs CPU per message": 1e6 * seen.cpu / seen.delivered,
    "messages/s": seen.delivered / seen.seconds,
    "p50 ms": seen.latency.p50 / 1000,
    "p99 ms": seen.latency.p99 / 1000,
    "p99.9 ms": seen.latency.p999 / 1000,
    "lost": seen.lost,
    "RSS MB": seen.rssKb / 1024,
  };
}

/** Compares `value` of two variants in each round. Returns the median ratio. */
export function ratio(
  rows: readonly Row[],
  value: string,
  over: string,
  under: string,
  parameters: Readonly<Record<string, number>>,
): number {
  const find = (variant: string) =>
    rows.find((row) =>
      row.variant === variant &&
      Object.entries(parameters).every(([key, n]) => row.parameters[key] === n)
    )?.values[value];
  const [a, b] = [find(over), find(under)];
  if (a === undefined || b === undefined) return NaN;
  return measured(a.rounds.map((n, i) => n / b.rounds[i]!)).median;
}

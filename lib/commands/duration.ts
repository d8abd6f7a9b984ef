/**
 * Parses lengths of time.
 *
 * @module
 */

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};
const LONGEST_MS = 100 * 31_536_000_000;

/**
 * "30m", "7d", "1h30m" in milliseconds, null for "forever", undefined when it
 * is neither.
 *
 * @example
 * ```ts
 * import { duration } from "./duration.ts";
 * import { equal } from "node:assert/strict";
 *
 * equal(duration("1h30m"), 5_400_000);
 * equal(duration("forever"), null);
 * ```
 */
export function duration(text: string): number | null | undefined {
  // A capital M could mean months, so it is refused instead of being taken for
  // minutes.
  if (/\d\s*M/.test(text)) return undefined;
  const plain = text.trim().toLowerCase();
  if (/^(forever|permanent|always)$/.test(plain)) return null;
  if (!/^(\d+[smhdwy])+$/.test(plain)) return undefined;
  let total = 0;
  for (const [, count, unit] of plain.matchAll(/(\d+)([smhdwy])/g)) {
    total += Number(count) * (UNIT_MS[unit ?? ""] ?? 0);
  }
  return total > 0 && total <= LONGEST_MS ? total : undefined;
}

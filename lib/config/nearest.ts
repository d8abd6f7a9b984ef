/**
 * "Did you mean …?", based on fastest-levenshtein.
 *
 * @module
 */
import { closest, distance } from "fastest-levenshtein";

/**
 * Returns the candidate that differs from `word` by a typing error, or null.
 */
export function nearest(
  word: string,
  candidates: readonly string[],
): string | null {
  if (candidates.length === 0) return null;
  const best = closest(word, candidates);
  return distance(word, best) <= Math.max(1, Math.floor(word.length / 3))
    ? best
    : null;
}

/** Returns " Did you mean x?" to append to an error, or "". */
export function didYouMean(
  word: string,
  candidates: readonly string[],
): string {
  const best = nearest(word, candidates);
  return best === null ? "" : ` Did you mean ${best}?`;
}

/**
 * "Did you mean …?", behind fastest-levenshtein.
 *
 * @module
 */
import { closest, distance } from "fastest-levenshtein";

/** The candidate that is a slip of the finger away from `word`, or null. */
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

/** " Did you mean x?" or nothing, to be put after a refusal. */
export function didYouMean(
  word: string,
  candidates: readonly string[],
): string {
  const best = nearest(word, candidates);
  return best === null ? "" : ` Did you mean ${best}?`;
}

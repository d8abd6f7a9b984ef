/**
 * What a check found, and what to do about it.
 *
 * @module
 */

export interface Finding {
  /** Which check: "database", "ports", … */
  readonly check: string;
  /** "bad" makes the exit code 1. */
  readonly level: "ok" | "note" | "bad";
  readonly text: string;
  /** What to do; nothing when all is well. */
  readonly advice?: string;
}

export const ok = (check: string, text: string): Finding => ({
  check,
  level: "ok",
  text,
});
export const noteIt = (
  check: string,
  text: string,
  advice: string,
): Finding => ({ check, level: "note", text, advice });
export const bad = (check: string, text: string, advice: string): Finding => ({
  check,
  level: "bad",
  text,
  advice,
});

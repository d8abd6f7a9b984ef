/**
 * The result of a check, with advice.
 *
 * @module
 */

export interface Finding {
  /** Name of the check: "database", "ports", … */
  readonly check: string;
  /** A "bad" finding makes the exit code 1. */
  readonly level: "ok" | "note" | "bad";
  readonly text: string;
  /** Advice for the user; missing when all is well. */
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

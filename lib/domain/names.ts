/**
 * When two names are the same name.
 *
 * @module
 */

const UPPER = /[A-ZÀ-ÖØ-ÞŠŒŽŸ]/g;

/**
 * The key under which names, room names and addresses are compared: every
 * capital letter that Windows-1252 holds becomes small (docs/protocol.md,
 * "Text"), all else stays, blanks too.
 *
 * Length and beginnings survive, so a prefix of a name folds to a prefix of
 * the folded name; that is why this is not `toLowerCase`, which looks at the
 * letters around.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(foldName("ÉLODIE Šárka"), "élodie šárka");
 * ```
 */
export function foldName(name: string): string {
  return name.replace(UPPER, (letter) => letter.toLowerCase());
}

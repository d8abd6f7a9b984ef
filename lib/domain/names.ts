/**
 * Decides when two names are equal.
 *
 * @module
 */

const UPPER = /[A-ZÀ-ÖØ-ÞŠŒŽŸ]/g;

/**
 * Returns the key under which nicknames, room names and e-mail addresses are
 * compared: every capital letter of Windows-1252 becomes small
 * (docs/protocol.md, "Text"); everything else stays, spaces too.
 *
 * Length and prefixes are preserved: a prefix of a name folds to a prefix of
 * the folded name. `toLowerCase` does not guarantee that, because it looks at
 * neighboring letters.
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

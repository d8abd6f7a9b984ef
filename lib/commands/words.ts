/**
 * A line of chat as words.
 *
 * @module
 */

import type { Role } from "../domain/store.ts";

/** "a moderator", "an admin". */
export function aRole(role: Role): string {
  return role === "admin" ? "an admin" : `a ${role}`;
}

/** One word, and where in the line it begins and ends. */
export interface Word {
  readonly text: string;
  readonly at: number;
  readonly end: number;
}

/** Words between blanks; "in quotes" is one word. */
export function splitWords(line: string): Word[] {
  return [...line.matchAll(/"([^"]*)"|\S+/g)].map((match) => ({
    text: match[1] ?? match[0],
    at: match.index,
    end: match.index + match[0].length,
  }));
}

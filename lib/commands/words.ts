/**
 * Splits a line of chat into words.
 *
 * @module
 */

import type { Role } from "../domain/store.ts";

/** Returns "a moderator", "an admin" and so on. */
export function aRole(role: Role): string {
  return role === "admin" ? "an admin" : `a ${role}`;
}

/** One word, and its start and end in the line. */
export interface Word {
  readonly text: string;
  readonly at: number;
  readonly end: number;
}

/** Splits at spaces; "in quotes" is one word. */
export function splitWords(line: string): Word[] {
  return [...line.matchAll(/"([^"]*)"|\S+/g)].map((match) => ({
    text: match[1] ?? match[0],
    at: match.index,
    end: match.index + match[0].length,
  }));
}

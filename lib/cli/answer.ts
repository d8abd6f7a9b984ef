/**
 * Prints the answer of a command.
 *
 * @module
 */
import type { CommandResult } from "../commands/command.ts";
import { oneLine } from "../commands/table_text.ts";
import { commandLine, withCommandLines } from "./invocation.ts";
import type { Terminal } from "./terminal.ts";

/** What usage errors suggest to type; the other commands there do not exist. */
export const TO_TRY = /^serve$|--help$/;

/**
 * Makes the commands that a message names work here. Listings are left alone:
 * they quote what others have written.
 */
export function quoting(
  result: CommandResult,
  data: string | undefined,
  which = /./,
): CommandResult {
  if (result.verbatim) return result;
  const line = (words: string) =>
    which.test(words) ? commandLine(words, data) : `retropal ${words}`;
  return {
    ...result,
    lines: result.lines.map((text) => withCommandLines(text, line)),
  };
}

export function print(
  terminal: Terminal,
  result: CommandResult,
  json: boolean,
): number {
  // Null means no result, as for `serve` and for commands that emit.
  if (json && result.json !== null) {
    terminal.out(jsonText(result.json, 2));
  }
  for (const line of result.lines) {
    const text = result.verbatim ? line : oneLine(line);
    if (result.failed) terminal.err(text);
    else if (!json) terminal.out(text);
  }
  return result.code;
}

/**
 * Returns JSON without the control characters that a terminal would interpret.
 */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

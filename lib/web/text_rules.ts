/**
 * What a free text of a profile may be: it ends up in records of the client
 * (docs/protocol.md, "Records").
 *
 * @module
 */
import { fitsWindows1252 } from "../protocol/windows1252.ts";

export const MOST_TEXT = 200;

/** Null, or a sentence that says what is wrong with it. */
export function textFault(what: string, text: string): string | null {
  if (text.length > MOST_TEXT) {
    return `${what} has at most ${MOST_TEXT} characters.`;
  }
  if (!fitsWindows1252(text)) {
    return `${what} can have letters of Western European languages only.`;
  }
  if (/\p{Cc}/u.test(text)) {
    return `${what} is one line without control characters.`;
  }
  return null;
}

/**
 * Rules for the personal texts of an account. Characters that would break a
 * record of the client are replaced where records are built (docs/protocol.md,
 * "Records").
 *
 * @module
 */
import { encodeText, fitsWindows1252 } from "../protocol/windows1252.ts";

const MOST_TEXT = 200;

/** Returns the error in a personal text, or null. */
export function textFault(what: string, text: string): string | null {
  if (!fitsWindows1252(text)) {
    return `${what} can have letters of Western European languages only.`;
  }
  if (encodeText(text).length > MOST_TEXT) {
    return `${what} has at most ${MOST_TEXT} characters.`;
  }
  if (/\p{Cc}/u.test(text)) {
    return `${what} is one line without control characters.`;
  }
  return null;
}

/** Returns the error in an e-mail address, or null; "" means none. */
export function emailFault(email: string): string | null {
  const fault = textFault("The e-mail address", email);
  if (fault !== null || email === "") return fault;
  return /^[^@\s]+@[^@\s]+$/.test(email)
    ? null
    : `"${email}" is no e-mail address: write one such as ann@example.org.`;
}

/**
 * Converts "rrrgggbbb" or "#rrggbb" to the client's nine digits. Returns null
 * for anything else.
 */
export function colorOf(text: string): string | null {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text);
  if (hex) {
    return hex.slice(1)
      .map((part) => String(parseInt(part, 16)).padStart(3, "0")).join("");
  }
  const parts = text.match(/^\d{9}$/) ? text.match(/\d{3}/g) ?? [] : [];
  return parts.length === 3 && parts.every((part) => Number(part) <= 255)
    ? text
    : null;
}

export function colorFault(text: string): string {
  return `"${text}" is no color: write #ff8800, or nine digits such as 255136000.`;
}

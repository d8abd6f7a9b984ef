/**
 * Windows-1252, the only text encoding that the client knows (docs/protocol.md,
 * "Text").
 *
 * Each of the 256 byte values maps to its own character, so decoding and
 * encoding again never changes a byte. The five values that the code page
 * leaves undefined (81, 8D, 8F, 90, 9D) map to the control characters of the
 * same number, as in `TextDecoder("windows-1252")`.
 *
 * @module
 */

/** The characters of the bytes 80..9F. */
const HIGH =
  "\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039" +
  "\u0152\u008d\u017d\u008f\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014" +
  "\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178";

const CHARACTERS: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) =>
    byte >= 0x80 && byte <= 0x9f
      ? HIGH.charAt(byte - 0x80)
      : String.fromCharCode(byte),
);

const BYTES: ReadonlyMap<string, number> = new Map(
  CHARACTERS.map((character, byte) => [character, byte]),
);

/** Below this length the loop is faster than a call of the decoder. */
const SHORT_BYTES = 40;
const decoder = new TextDecoder("windows-1252");

/** Decodes bytes to text, one character for each byte. */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.length > SHORT_BYTES) return decoder.decode(bytes);
  let text = "";
  for (const byte of bytes) text += CHARACTERS[byte];
  return text;
}

const QUESTION_MARK = 0x3f;

/** Encodes text; a character that Windows-1252 lacks becomes "?". */
export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80 || (code >= 0xa0 && code <= 0xff)) {
      bytes[length++] = code;
      continue;
    }
    bytes[length++] = BYTES.get(text.charAt(i)) ?? QUESTION_MARK;
    // Skips the other half of a surrogate pair.
    if (text.codePointAt(i)! > 0xffff) i++;
  }
  return length === bytes.length ? bytes : bytes.slice(0, length);
}

/** Returns whether Windows-1252 has every character of `text`. */
export function fitsWindows1252(text: string): boolean {
  for (const character of text) {
    if (!BYTES.has(character)) return false;
  }
  return true;
}

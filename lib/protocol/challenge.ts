/**
 * The limerick and the encoding built on it (docs/protocol.md, "Challenge").
 *
 * Each character becomes four ASCII digits: a number of three places and one
 * random digit. The number is reversible, so a server recovers the clear
 * password; see docs/adr/0005-password-storage.md on storing it.
 *
 * @module
 */

/**
 * 354 bytes. The client's text really says "becuase", and its last byte is 0A.
 */
export const LIMERICK =
  "Ginger was a big fat horse, a big fat horse was she. But don't tell that " +
  "to MaryLou becuase in love with her is she.I tell you this in private, " +
  "because I thought that you should know.But never say to MaryLou or both " +
  "our heads will go.I've said it once, I've said it twice, I'll say it once " +
  "again.Not a word of this to you know who or it will be our end!\n";

/**
 * The Gaim plugin's copy: it says "because", and ends with 0D instead of 0A.
 */
export const GAIM_LIMERICK = LIMERICK.replace("becuase", "because")
  .replace("\n", "\r");

/**
 * The smallest and the largest key number under which a password can be
 * decoded.
 */
export const MIN_KEY_NUMBER = 509;
export const MAX_KEY_NUMBER = 851;
/** The offset under which `smtp=` of USER_DATA is encoded. */
export const SMTP_OFFSET = 25;

/**
 * 1 encodes LOGIN, password changes and registration; 2 encodes `smtp=` and
 * other values that a server sends.
 */
export type Variant = 1 | 2;

/** Returns the number that represents byte 0 at position `i`. */
function shift(variant: Variant, i: number, offset: number, limerick: string) {
  const twist = variant === 1 ? i * (13 - i) : i;
  return 122 + twist + limerick.charCodeAt(offset + i);
}

/**
 * Encodes bytes as digits.
 *
 * @param noise gives the fourth, meaningless digit (0..9) of each character
 * @throws RangeError when the limerick is too short for offset and length
 */
export function encodeDigits(
  clear: Uint8Array,
  offset: number,
  variant: Variant,
  noise: () => number = () => 0,
): string {
  if (offset < 0 || offset + clear.length > LIMERICK.length) {
    throw new RangeError(`No limerick at ${offset} for ${clear.length} bytes`);
  }
  let digits = "";
  for (const [i, byte] of clear.entries()) {
    const signed = (byte << 24) >> 24;
    const n = shift(variant, i, offset, LIMERICK) + signed;
    digits += String(n).padStart(3, "0") + String(noise() % 10);
  }
  return digits;
}

/**
 * Decodes digits into bytes. Returns undefined when no encoder can have
 * produced them: not in groups of four, or beyond the limerick.
 */
export function decodeDigits(
  digits: string,
  offset: number,
  variant: Variant,
  limerick = LIMERICK,
): Uint8Array<ArrayBuffer> | undefined {
  if (digits.length % 4 !== 0 || /[^-0-9]/.test(digits)) return undefined;
  const clear = new Uint8Array(digits.length / 4);
  if (offset < 0 || offset + clear.length > limerick.length) return undefined;
  for (let i = 0; i < clear.length; i++) {
    const n = Number(digits.slice(4 * i, 4 * i + 3));
    if (!Number.isInteger(n)) return undefined;
    clear[i] = n - shift(variant, i, offset, limerick);
  }
  return clear;
}

/**
 * Returns the byte encoded by the group of four digits at position `i` (variant
 * 1), or a negative number when the group encodes none. For callers that decode
 * many and must not allocate arrays.
 */
export function byteInDigits(digits: string, i: number, offset: number) {
  let number = 0;
  for (let at = 4 * i; at < 4 * i + 4; at++) {
    const digit = digits.charCodeAt(at) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return -1;
    // The fourth digit is noise.
    if (at < 4 * i + 3) number = 10 * number + digit;
  }
  return number - shift(1, i, offset, LIMERICK);
}

/**
 * Returns the offset that a key selects: the decimal number at bytes 4..6, less
 * 509.
 */
export function keyOffset(key: Uint8Array): number {
  let number = 0;
  for (const byte of key.subarray(4, 7)) {
    if (byte < 0x30 || byte > 0x39) break;
    number = 10 * number + byte - 0x30;
  }
  return number - MIN_KEY_NUMBER;
}

/** Returns whether a password encoded under this key can be decoded. */
export function isVerifiable(key: Uint8Array): boolean {
  const offset = keyOffset(key);
  return offset >= 0 && offset <= MAX_KEY_NUMBER - MIN_KEY_NUMBER;
}

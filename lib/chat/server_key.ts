/**
 * The keys under which passwords are encoded (docs/protocol.md, "Challenge").
 *
 * @module
 */
import {
  isVerifiable,
  MAX_KEY_NUMBER,
  MIN_KEY_NUMBER,
} from "../protocol/challenge.ts";
import { encodeText } from "../protocol/windows1252.ts";

/** The key of older servers: no password can be decoded under it. */
const LITERAL_KEY = "XyF\u00a6164473312518";
/** The same form with room for the number. */
const DEFAULT_KEY_TEMPLATE = "XyF\u00a6NNN473312518";

export function literalKey(): Uint8Array {
  return encodeText(LITERAL_KEY);
}

/**
 * Makes a key from a template: exactly 16 bytes, NNN replaced by a random
 * number.
 */
export function makeKey(template: string, random: () => number): Uint8Array {
  const span = MAX_KEY_NUMBER - MIN_KEY_NUMBER + 1;
  const number = MIN_KEY_NUMBER + Math.floor(random() * span);
  const key = encodeText(template.replace("NNN", String(number)));
  if (key.length === 16) return key;
  const exact = new Uint8Array(16).fill(0x30);
  exact.set(key.subarray(0, 16));
  return exact;
}

/**
 * Returns a key under which a password can be decoded: the template's if its
 * number allows it, which that of the literal key does not.
 */
export function readableKey(
  template: string,
  random: () => number,
): Uint8Array {
  const key = makeKey(template, random);
  return isVerifiable(key) ? key : makeKey(DEFAULT_KEY_TEMPLATE, random);
}

/**
 * Makes the key of a password change, for which the client has room for twelve
 * bytes.
 */
export function makeShortKey(
  template: string,
  random: () => number,
): Uint8Array {
  return readableKey(template, random).slice(0, 12);
}

/**
 * Which nicknames and passwords are allowed: the client's own limits, and no
 * nickname that looks like staff. Each refusal is a sentence that tells the
 * user what to do.
 *
 * @module
 */
import { encodeText, fitsWindows1252 } from "../protocol/windows1252.ts";

export const NICKNAME_BYTES = 127;
export const PASSWORD_BYTES = { min: 5, max: 12 } as const;

/** The system user's nickname, which no other may resemble. */
export const SYSTEM_NICKNAME = "Paltalk";

/** Characters that look like letters once accents are removed. */
const LOOKALIKE: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "l",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "8": "b",
  "9": "g",
  "@": "a",
  "$": "s",
  "\u00a7": "s",
  "!": "l",
  "|": "l",
  "i": "l",
  "\u00a1": "l",
  "\u00a6": "l",
  "\u00a3": "l",
  "\u20ac": "e",
  "\u00a2": "c",
  "\u00a9": "c",
  "(": "c",
  "\u00a5": "y",
  "\u00ae": "r",
  "\u00aa": "a",
  "\u00ba": "o",
  "\u00b0": "o",
  "\u00b9": "l",
  "\u00b2": "2",
  "\u00b3": "e",
  "\u00b5": "u",
  "\u00d7": "x",
  "\u00df": "b",
  "\u00e6": "ae",
  "\u0153": "oe",
  "\u00f0": "d",
  "\u00d0": "d",
  "\u00f8": "o",
  "\u00fe": "p",
  "\u0192": "f",
  "\u2020": "t",
  "\u2021": "t",
  "+": "t",
  "q": "g",
  "v": "u",
};

/** Invisible characters of Windows-1252: space, no-break space, soft hyphen. */
const UNSEEN = /[\u0020\u00a0\u00ad]/g;

/**
 * Returns null when `nickname` may be used, otherwise why not
 * (docs/protocol.md, "Records": È separates records, a newline ends a line, "="
 * ends a key, and a comma ends a name in the list of banned users).
 */
export function nicknameFault(nickname: string): string | null {
  if (nickname === "") return "Choose a nickname of at least one letter.";
  const odd = [...nickname].find((letter) => !fitsWindows1252(letter));
  if (odd !== undefined) {
    return `The old client cannot show "${odd}" in a nickname: use letters of Western European languages.`;
  }
  if (hasControl(nickname)) {
    return "A nickname is one line without control characters.";
  }
  for (const letter of ["\u00c8", "=", ","]) {
    if (nickname.includes(letter)) {
      return `The old client stumbles over "${letter}" in a nickname: leave it out.`;
    }
  }
  if (nickname.replace(UNSEEN, "") === "") {
    return "A nickname needs something that can be seen.";
  }
  if (/^[\u0020\u00a0]|[\u0020\u00a0]$/.test(nickname)) {
    return "A nickname does not begin or end with a blank.";
  }
  if (/[\u00a0\u00ad]/.test(nickname)) {
    return "A nickname has no characters that cannot be seen: somebody else's could look the same.";
  }
  const bytes = encodeText(nickname).length;
  if (bytes > NICKNAME_BYTES) {
    return `This nickname has ${bytes} characters: at most ${NICKNAME_BYTES} are possible.`;
  }
  return null;
}

/** Returns null when `password` may be used, otherwise why not. */
export function passwordFault(password: string): string | null {
  if (!fitsWindows1252(password) || hasControl(password)) {
    return "The old client cannot type that password: use letters, digits and signs of Western European keyboards.";
  }
  const { min, max } = PASSWORD_BYTES;
  const length = encodeText(password).length;
  if (length < min) {
    return `The password is too short: the client wants ${min} to ${max} characters.`;
  }
  if (length > max) {
    return `The password is too long: the client wants ${min} to ${max} characters.`;
  }
  return null;
}

/**
 * Returns why `nickname` could be mistaken for the system user or for one of
 * `staff` (their nicknames), otherwise null. Do not ask this for staff
 * themselves.
 */
export function imitationFault(
  nickname: string,
  staff: Iterable<string>,
): string | null {
  const shape = skeleton(nickname);
  const system = skeleton(SYSTEM_NICKNAME);
  if (shape === system || looksOfficial(shape, system)) {
    return `"${nickname}" looks like ${SYSTEM_NICKNAME}, the server itself: choose another.`;
  }
  for (const name of staff) {
    if (shape === skeleton(name)) {
      return `"${nickname}" looks too much like ${name}, who is staff here: choose another.`;
    }
  }
  return null;
}

const OFFICES = [
  "admin",
  "administrator",
  "help",
  "moderator",
  "notifier",
  "official",
  "security",
  "server",
  "service",
  "staff",
  "support",
  "system",
  "team",
].map((word) => skeleton(word));

/** Matches "Paltalk Support", "Staff-Paltalk" and similar names. */
function looksOfficial(shape: string, system: string): boolean {
  return OFFICES.some((office) =>
    shape === system + office || shape === office + system
  );
}

/**
 * What is left of a name when case, accents, blanks, punctuation and
 * look-alike letters no longer tell it from others: equal skeletons look alike.
 *
 * @example
 * ```ts
 * import { skeleton } from "./accounts.ts";
 * import { equal } from "node:assert/strict";
 *
 * equal(skeleton("P\u00e0l T4LK"), skeleton("Paltalk"));
 * ```
 */
export function skeleton(name: string): string {
  // Replaces capitals first: a capital "I" looks like "l", a small one does
  // not.
  const plain = name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  let shape = "";
  for (const letter of plain) {
    const mapped = LOOKALIKE[letter] ?? letter;
    if (/[\p{L}\p{N}]/u.test(mapped)) shape += mapped;
  }
  return shape.replaceAll("rn", "m").replaceAll("uu", "w") || name;
}

function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

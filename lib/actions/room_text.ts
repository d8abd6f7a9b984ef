/**
 * Limits of a room's texts, required by the client (docs/protocol.md, "What
 * breaks the client").
 *
 * @module
 */
import { MAX_ROOM_NAME } from "../protocol/packets/rooms.ts";
import { encodeText, fitsWindows1252 } from "../protocol/windows1252.ts";

/** Maximum length of each text, in Windows-1252 bytes. */
export const LONGEST_ROOM_TEXT = {
  name: MAX_ROOM_NAME,
  lockword: 32,
  banner: 1000,
  welcome: 1000,
} as const;
export type RoomText = keyof typeof LONGEST_ROOM_TEXT;

const WHAT: Readonly<Record<RoomText, string>> = {
  name: "A room's name",
  lockword: "A lockword",
  banner: "A banner",
  welcome: "A welcome text",
};

/** Returns the error in a text of a room, or null. */
export function roomTextFault(which: RoomText, text: string): string | null {
  const what = WHAT[which];
  if (!fitsWindows1252(text)) {
    return `${what} can have letters of Western European languages only.`;
  }
  const length = encodeText(text).length;
  const longest = LONGEST_ROOM_TEXT[which];
  if (length > longest) {
    return `${what} has at most ${longest} characters; this one has ${length}.`;
  }
  const lines = which === "banner" || which === "welcome";
  if (/\p{Cc}/u.test(lines ? text.replaceAll("\n", "") : text)) {
    return `${what} has no control characters.`;
  }
  if (which !== "name") return null;
  if (text.trim() === "") return "A room needs a name.";
  const letter = ["\u00c8", "="].find((one) => text.includes(one));
  return letter === undefined
    ? null
    : `The old client stumbles over "${letter}" in a room's name: leave it out.`;
}

/**
 * Returns the error in an admin code, or null. Valid are "" for none, and four
 * to nine digits that do not begin with 0.
 */
export function adminCodeFault(code: string): string | null {
  return code === "" || /^[1-9]\d{3,8}$/.test(code)
    ? null
    : "An admin code has four to nine digits and no 0 in front.";
}

/**
 * What a room may be called (docs/protocol.md, "Rooms").
 *
 * @module
 */
import { cleanValue } from "../protocol/records.ts";
import { MAX_ROOM_NAME } from "../protocol/packets/rooms.ts";
import { fitsWindows1252 } from "../protocol/windows1252.ts";

/** Without what would split a record, and without outer blanks. */
export function cleanRoomName(name: string): string {
  // deno-lint-ignore no-control-regex -- control characters are the point
  return cleanValue(name).replaceAll(/[\x00-\x1f\x7f]/g, " ").trim();
}

/** Why a cleaned name cannot be used, or undefined. */
export function roomNameProblem(name: string): string | undefined {
  if (name === "") return "A room needs a name.";
  if (name.length > MAX_ROOM_NAME) {
    return `A room's name has at most ${MAX_ROOM_NAME} characters.`;
  }
  if (!fitsWindows1252(name)) {
    return "A room's name can only use letters of Windows-1252.";
  }
  return undefined;
}

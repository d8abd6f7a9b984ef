/**
 * The names that users give their pals (docs/protocol.md, "Pals and presence").
 *
 * @module
 */
import { DEFAULT_PAL_NAME, MAX_NICKNAME } from "../protocol/packets/pals.ts";
import { cleanValue } from "../protocol/records.ts";

/**
 * Returns a pal's name as it is stored: it must fit a record, and "" means the
 * pal's own nickname.
 */
export function palName(name: string): string {
  const clean = cleanValue(name).trim().slice(0, MAX_NICKNAME);
  return clean === DEFAULT_PAL_NAME ? "" : clean;
}

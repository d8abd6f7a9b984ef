/**
 * The names that people give their pals (docs/protocol.md, "Pals and
 * presence").
 *
 * @module
 */
import { DEFAULT_PAL_NAME, MAX_NICKNAME } from "../protocol/packets/pals.ts";
import { cleanValue } from "../protocol/records.ts";

/**
 * A pal's name as it is stored: it must fit a record, and "" means that the
 * pal goes by the nickname.
 */
export function palName(name: string): string {
  const clean = cleanValue(name).trim().slice(0, MAX_NICKNAME);
  return clean === DEFAULT_PAL_NAME ? "" : clean;
}

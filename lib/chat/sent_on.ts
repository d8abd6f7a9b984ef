/**
 * The prefix that shows when a message was sent, as the Gaim plugin parses it
 * and as 5.0 displays it: `<<(11/30/2002 9:31 PM UTC)>>`.
 *
 * @module
 */
import { concat } from "../protocol/bytes.ts";
import { encodeText } from "../protocol/windows1252.ts";

const FORMAT = new Intl.DateTimeFormat("en-US", {
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "2-digit",
  hour12: true,
  timeZoneName: "short",
});
const [OPEN, CLOSE] = ["<<(", ")>>"].map((text) => encodeText(text)) as [
  Uint8Array,
  Uint8Array,
];

/**
 * Returns the text with its date in front; a text that has a date is returned
 * unchanged.
 */
export function withSentOn(text: Uint8Array, at: number): Uint8Array {
  if (OPEN.every((byte, i) => text[i] === byte)) return text;
  const date = FORMAT.format(at).replace(",", "").replaceAll(/\s+/g, " ");
  return concat([OPEN, encodeText(date), CLOSE, text]);
}

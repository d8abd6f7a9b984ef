/**
 * The client's markup (docs/protocol.md, "Text").
 *
 * @module
 */
import { decodeText } from "../protocol/windows1252.ts";

/** The client's tags, and any closing tag. */
const MARKUP =
  /<p(?:b|i|u|a|br|font|font-size)(?:[\s=][^<>]*)?>|<<font[a-z]*=[^<>]*>>|<\/[a-z-]+>/gi;
/** Tags of other clients at the start of a line. */
const FOREIGN = /^(?:\s*<[^<>]*>)+/;

/** Removes the markup from a line; "<" and ">" may also be plain text. */
export function plainText(text: Uint8Array): string {
  return decodeText(text).replaceAll("\0", " ").replaceAll(MARKUP, "")
    .replace(FOREIGN, "").trim();
}

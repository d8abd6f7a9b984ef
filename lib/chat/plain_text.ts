/**
 * The client's markup (docs/protocol.md, "Text").
 *
 * @module
 */
import { decodeText } from "../protocol/windows1252.ts";

/** The client's tags, and any tag that closes. */
const MARKUP =
  /<p(?:b|i|u|a|br|font|font-size)(?:[\s=][^<>]*)?>|<<font[a-z]*=[^<>]*>>|<\/[a-z-]+>/gi;
/** Tags of other clients, before everything. */
const FOREIGN = /^(?:\s*<[^<>]*>)+/;

/** Takes the markup off a line; "<" and ">" themselves may be meant. */
export function plainText(text: Uint8Array): string {
  return decodeText(text).replaceAll("\0", " ").replaceAll(MARKUP, "")
    .replace(FOREIGN, "").trim();
}

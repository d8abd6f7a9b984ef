/**
 * Rewrites the head of a request that a gateway forwards: one request per
 * connection, and only the gateway states the visitor's address.
 *
 * Pure.
 *
 * @module
 */
import { concat } from "../protocol/bytes.ts";

export interface Forwarded {
  /** Path without the query. */
  readonly path: string;
  /** Host header, or "". */
  readonly host: string;
  /** New head, and the bytes that followed the old one. */
  readonly bytes: Uint8Array;
}

/**
 * Headers that visitors may not set, or that apply only to the connection with
 * the gateway.
 */
const DROPPED =
  /^(x-forwarded-.*|forwarded|via|x-real-ip|connection|keep-alive|proxy-.*)$/;
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;

/**
 * Rewrites a head; undefined if it is not one of a request. With `isProxy` the
 * peer is a proxy of the host whose headers are trusted.
 */
export function forwarded(
  bytes: Uint8Array,
  address: string,
  isProxy: boolean,
): Forwarded | "incomplete" | undefined {
  const text = latin1(bytes);
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return "incomplete";
  const [request = "", ...lines] = text.slice(0, end).split("\r\n");
  const match = /^[A-Z]+ (\/[^\s?]*)\S* HTTP\/1\.[01]$/.exec(request);
  if (match === null) return undefined;
  const kept = [request];
  const chain: string[] = [];
  let host = "";
  let isUpgrade = false;
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    if (!NAME.test(name) || /[\0\r\n]/.test(line)) return undefined;
    const value = line.slice(colon + 1).trim();
    if (name === "host") host = value;
    if (name === "upgrade") isUpgrade = true;
    if (isProxy && name === "x-forwarded-for") chain.push(value);
    if (isProxy && name === "x-forwarded-proto") kept.push(line);
    if (!DROPPED.test(name)) kept.push(line);
  }
  kept.push(
    `x-forwarded-for: ${[...chain, address].join(", ")}`,
    `connection: ${isUpgrade ? "Upgrade" : "close"}`,
  );
  return {
    path: match[1]!,
    host,
    bytes: concat([
      fromLatin1(kept.join("\r\n") + "\r\n\r\n"),
      bytes.subarray(end + 4),
    ]),
  };
}

/** Decodes each byte as one character. */
function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function fromLatin1(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

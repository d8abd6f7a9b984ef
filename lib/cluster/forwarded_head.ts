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
  /** Query with its question mark, or "". */
  readonly query: string;
  readonly method: string;
  /** Host header, or "". */
  readonly host: string;
  /** Whether the visitor's browser uses HTTPS, here or at a proxy. */
  readonly isSecure: boolean;
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

/** The connection that a head arrived on. */
export interface Arrival {
  readonly address: string;
  /** Whether the peer is a proxy of the host whose headers are trusted. */
  readonly isProxy: boolean;
  /** Whether it was encrypted. */
  readonly isSecure: boolean;
}

/** Rewrites a head; undefined if it is not one of a request. */
export function forwarded(
  bytes: Uint8Array,
  { address, isProxy, isSecure }: Arrival,
): Forwarded | "incomplete" | undefined {
  const text = latin1(bytes);
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return "incomplete";
  const [request = "", ...lines] = text.slice(0, end).split("\r\n");
  const match = /^[A-Z]+ (\/[^\s?]*)(\S*) HTTP\/1\.[01]$/.exec(request);
  if (match === null) return undefined;
  const kept = [request];
  const chain: string[] = [];
  let host = "";
  let isUpgrade = false;
  let proto = isSecure ? "https" : "";
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    if (!NAME.test(name) || /[\0\r\n]/.test(line)) return undefined;
    const value = line.slice(colon + 1).trim();
    if (name === "host") host = value;
    if (name === "upgrade") isUpgrade = true;
    if (isProxy && name === "x-forwarded-for") chain.push(value);
    if (isProxy && name === "x-forwarded-proto") proto = value;
    if (!DROPPED.test(name)) kept.push(line);
  }
  if (proto !== "") kept.push(`x-forwarded-proto: ${proto}`);
  kept.push(
    `x-forwarded-for: ${[...chain, address].join(", ")}`,
    `connection: ${isUpgrade ? "Upgrade" : "close"}`,
  );
  return {
    path: match[1]!,
    query: match[2]!,
    method: match[0].slice(0, match[0].indexOf(" ")),
    host,
    isSecure: proto === "https",
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

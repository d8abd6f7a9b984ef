/**
 * The head of a request as a gateway passes it on: one request for each
 * connection, and the visitor's address said by the gateway alone.
 *
 * Pure.
 *
 * @module
 */
import { concat } from "../protocol/bytes.ts";

export interface Forwarded {
  /** Without the query. */
  readonly path: string;
  /** The Host header, or "". */
  readonly host: string;
  /** The new head, and what followed the old one. */
  readonly bytes: Uint8Array;
}

/** Headers that a visitor may not set, or that end at the gateway. */
const DROPPED =
  /^(x-forwarded-.*|forwarded|via|x-real-ip|connection|keep-alive|proxy-.*)$/;
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;

/**
 * Undefined for what is no request. `isProxy`: the visitor is a proxy of the
 * host, whose word counts.
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

/** Byte for byte. */
function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function fromLatin1(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

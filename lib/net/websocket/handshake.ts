/**
 * The opening handshake of a WebSocket (RFC 6455, section 4).
 *
 * @module
 */
import { createHash } from "node:crypto";

const VERSION = "13";
const MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** 16 bytes in base64. */
const KEY = /^[A-Za-z0-9+/]{22}==$/;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** A request that may become a WebSocket. */
export interface Handshake {
  readonly key: string;
  /** Subprotocols that the client offers, in its order of preference. */
  readonly protocols: readonly string[];
}

/** The reason why a request cannot become a WebSocket, as an HTTP answer. */
export interface HandshakeFault {
  readonly status: 400 | 426;
  readonly sentence: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Returns whether a request asks for an upgrade to WebSocket. */
export function asksForWebSocket(headers: Headers): boolean {
  return hasToken(headers.get("upgrade"), "websocket");
}

/** Parses the handshake; permessage-deflate is never accepted. */
export function readHandshake(
  method: string,
  headers: Headers,
): Handshake | HandshakeFault {
  if (
    method !== "GET" || !asksForWebSocket(headers) ||
    !hasToken(headers.get("connection"), "upgrade")
  ) {
    return fault(426, "This address takes WebSocket connections only.");
  }
  if (headers.get("sec-websocket-version")?.trim() !== VERSION) {
    return fault(426, `WebSocket version ${VERSION} is required.`);
  }
  const key = headers.get("sec-websocket-key")?.trim() ?? "";
  if (!KEY.test(key)) return fault(400, "Invalid Sec-WebSocket-Key header.");
  const offered = headers.get("sec-websocket-protocol");
  const protocols = offered === null
    ? []
    : offered.split(",").map((one) => one.trim());
  if (!protocols.every((one) => TOKEN.test(one))) {
    return fault(400, "Invalid Sec-WebSocket-Protocol header.");
  }
  return { key, protocols };
}

/** Returns the head of the answer that completes the handshake. */
export function handshakeAnswer(key: string, protocol?: string): string {
  const accept = createHash("sha1").update(key + MAGIC).digest("base64");
  return "HTTP/1.1 101 Switching Protocols\r\n" +
    "Upgrade: websocket\r\nConnection: Upgrade\r\n" +
    `Sec-WebSocket-Accept: ${accept}\r\n` +
    (protocol === undefined ? "" : `Sec-WebSocket-Protocol: ${protocol}\r\n`) +
    "\r\n";
}

function hasToken(header: string | null, token: string): boolean {
  return header?.split(",").some((one) => one.trim().toLowerCase() === token) ??
    false;
}

function fault(status: 400 | 426, sentence: string): HandshakeFault {
  const headers: Record<string, string> = status === 426
    ? {
      upgrade: "websocket",
      connection: "Upgrade",
      "sec-websocket-version": VERSION,
    }
    : {};
  return { status, sentence, headers };
}

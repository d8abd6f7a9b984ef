/**
 * What clients send to the video port, and what the server answers
 * (docs/protocol.md, "Room video"). Each connection carries one transaction,
 * and its first four bytes tell which.
 *
 * Pure: encodes and decodes the requests.
 *
 * @module
 */
import { byteInDigits, encodeDigits, LIMERICK } from "./challenge.ts";
import { decodeText, encodeText } from "./windows1252.ts";

/**
 * The first word of a publisher's hello; the words of a picture and of a
 * viewer's hello follow.
 */
export const PUBLISHER_HELLO = 900;
export const PICTURE = 1000;
export const VIEWER_HELLO = 910;
/** "GET " */
const GET = 0x4745_5420;

/**
 * The size of the publisher's own buffer. A client that receives 256,000 bytes
 * crashes.
 */
export const MAX_PICTURE_BYTES = 50_000;
export const MIN_PICTURE_BYTES = 100;
/** The most digits of a counter; the client sends 16 for 1000 to 9999. */
export const MAX_DIGITS = 64;
/** With the largest numbers and 64 digits the line of a GET has 97 bytes. */
const MAX_LINE = 128;
/** More bytes than any request has in front of the picture. */
export const MAX_HEAD_BYTES = Math.max(MAX_LINE, 14 + MAX_DIGITS);

/** The largest offset that a hello is answered with; the smallest is 0. */
export const MAX_OFFSET = 330;

export type VideoRequest =
  | { readonly kind: "publisher hello"; readonly uid: number }
  | {
    readonly kind: "viewer hello";
    readonly publisher: number;
    readonly viewer: number;
  }
  | {
    readonly kind: "picture";
    readonly uid: number;
    readonly digits: string;
    /** Bytes of the JPEG that follows the head. */
    readonly size: number;
  }
  | {
    readonly kind: "fetch";
    readonly publisher: number;
    readonly viewer: number;
    readonly digits: string;
  };

/** A request, and how many bytes of the connection it used. */
export interface ReadRequest {
  readonly request: VideoRequest;
  readonly bytes: number;
}

/** More bytes are needed. */
export const INCOMPLETE = Symbol("incomplete");
/** No client sends this. */
export const NOT_A_REQUEST = Symbol("not a request");

/** Reads the head of a transaction from the first bytes of a connection. */
export function readRequest(
  bytes: Uint8Array,
): ReadRequest | typeof INCOMPLETE | typeof NOT_A_REQUEST {
  if (bytes.length < 4) return INCOMPLETE;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (view.getUint32(0)) {
    case PUBLISHER_HELLO:
      if (bytes.length < 8) return INCOMPLETE;
      return {
        request: { kind: "publisher hello", uid: view.getUint32(4) },
        bytes: 8,
      };
    case VIEWER_HELLO:
      if (bytes.length < 12) return INCOMPLETE;
      return {
        request: {
          kind: "viewer hello",
          publisher: view.getUint32(4),
          viewer: view.getUint32(8),
        },
        bytes: 12,
      };
    case PICTURE:
      return readPictureHead(bytes, view);
    case GET:
      return readLine(bytes);
    default:
      return NOT_A_REQUEST;
  }
}

function readPictureHead(
  bytes: Uint8Array,
  view: DataView,
): ReadRequest | typeof INCOMPLETE | typeof NOT_A_REQUEST {
  if (bytes.length < 10) return INCOMPLETE;
  const count = view.getUint16(8);
  if (count === 0 || count > MAX_DIGITS) return NOT_A_REQUEST;
  const head = 14 + count;
  if (bytes.length < head) return INCOMPLETE;
  const size = view.getUint32(10 + count);
  if (size < MIN_PICTURE_BYTES || size > MAX_PICTURE_BYTES) {
    return NOT_A_REQUEST;
  }
  const digits = decodeText(bytes.subarray(10, 10 + count));
  const uid = view.getUint32(4);
  return { request: { kind: "picture", uid, digits, size }, bytes: head };
}

const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const AMPERSAND = 0x26;
const FETCH = encodeText("GET /ab?1&");

/** Works byte by byte: thousands of these lines arrive each second. */
function readLine(
  bytes: Uint8Array,
): ReadRequest | typeof INCOMPLETE | typeof NOT_A_REQUEST {
  const feed = bytes.indexOf(LINE_FEED);
  if (feed < 0) return bytes.length < MAX_LINE ? INCOMPLETE : NOT_A_REQUEST;
  if (feed >= MAX_LINE) return NOT_A_REQUEST;
  const end = bytes[feed - 1] === RETURN ? feed - 1 : feed;
  for (let i = 0; i < FETCH.length; i++) {
    if (bytes[i] !== FETCH[i]) return NOT_A_REQUEST;
  }
  const first = bytes.indexOf(AMPERSAND, FETCH.length);
  const second = bytes.indexOf(AMPERSAND, first + 1);
  if (first < 0 || second < 0 || second > end) return NOT_A_REQUEST;
  const publisher = decimal(bytes, FETCH.length, first);
  const viewer = decimal(bytes, first + 1, second);
  const count = end - second - 1;
  if (publisher < 0 || viewer < 0 || count < 4 || count > MAX_DIGITS) {
    return NOT_A_REQUEST;
  }
  for (let i = second + 1; i < end; i++) {
    const byte = bytes[i]!;
    if (byte < 0x30 || byte > 0x39) return NOT_A_REQUEST;
  }
  // In one call, because joining them one by one would create as many strings.
  const digits: string = Reflect.apply(
    String.fromCharCode,
    undefined,
    bytes.subarray(second + 1, end),
  );
  return {
    request: { kind: "fetch", publisher, viewer, digits },
    bytes: feed + 1,
  };
}

/**
 * Reads the number of up to ten digits between two offsets; -1 when it is none.
 */
function decimal(bytes: Uint8Array, from: number, to: number): number {
  if (to <= from || to - from > 10) return -1;
  let number = 0;
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!;
    if (byte < 0x30 || byte > 0x39) return -1;
    number = 10 * number + byte - 0x30;
  }
  return number;
}

/** Encodes the head of a transaction as the real client sends it. */
export function encodeRequest(request: VideoRequest): Uint8Array<ArrayBuffer> {
  switch (request.kind) {
    case "publisher hello":
      return words(PUBLISHER_HELLO, request.uid);
    case "viewer hello":
      return words(VIEWER_HELLO, request.publisher, request.viewer);
    case "picture": {
      const { digits, size, uid } = request;
      const bytes = new Uint8Array(14 + digits.length);
      const view = new DataView(bytes.buffer);
      view.setUint32(0, PICTURE);
      view.setUint32(4, uid);
      view.setUint16(8, digits.length);
      bytes.set(encodeText(digits), 10);
      view.setUint32(10 + digits.length, size);
      return bytes;
    }
    case "fetch": {
      const { publisher, viewer, digits } = request;
      return encodeText(`GET /ab?1&${publisher}&${viewer}&${digits}\n`);
    }
  }
}

function words(...values: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setUint32(4 * i, value));
  return bytes;
}

/** Encodes the answer to a hello: the offset as a u16. */
export function encodeOffset(offset: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(offset >> 8, offset & 0xff);
}

/** Encodes a counter as the digits that authenticate the sender. */
export function encodeCounter(
  counter: number,
  offset: number,
  noise?: () => number,
): string {
  return encodeDigits(encodeText(String(counter)), offset, 1, noise);
}

/** Decodes the counter in these digits; undefined when they hold none. */
export function decodeCounter(
  digits: string,
  offset: number,
): number | undefined {
  const length = digits.length / 4;
  if (!Number.isInteger(length) || length < 1 || length > 10) return undefined;
  if (offset < 0 || offset + length > LIMERICK.length) return undefined;
  let counter = 0;
  for (let i = 0; i < length; i++) {
    const byte = byteInDigits(digits, i, offset);
    if (byte < 0x30 || byte > 0x39) return undefined;
    counter = 10 * counter + byte - 0x30;
  }
  return counter;
}

/**
 * Encodes the head of the answer to a GET, in which the client looks for
 * `Content-Length:`.
 */
export function encodeAnswerHead(size: number): Uint8Array<ArrayBuffer> {
  return encodeText(
    `HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n` +
      "Content-Type: image/jpeg\r\nConnection: close\r\n\r\n",
  );
}

/**
 * Finds the picture in an answer as the real client does: it reads lines up to
 * the first one shorter than three bytes, and uses only `Content-Length:`.
 */
export function readAnswer(
  bytes: Uint8Array,
): Uint8Array | typeof INCOMPLETE | typeof NOT_A_REQUEST {
  let size: number | undefined;
  for (let at = 0;;) {
    const end = bytes.indexOf(LINE_FEED, at);
    if (end < 0) return INCOMPLETE;
    const line = decodeText(bytes.subarray(at, end)).replace(/\r$/, "");
    at = end + 1;
    const length = /Content-Length: *(\d{1,9})/.exec(line);
    if (length !== null) size = Number(length[1]);
    if (line.length >= 3) continue;
    if (size === undefined) return NOT_A_REQUEST;
    const body = bytes.subarray(at, at + size);
    return body.length < size ? INCOMPLETE : body;
  }
}

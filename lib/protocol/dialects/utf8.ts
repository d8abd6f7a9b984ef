/**
 * Converts between Windows-1252 and UTF-8 for clients that speak Unicode, where
 * the columns `text` and `list` of the packet tables say that a payload holds
 * text.
 *
 * @module
 */
import { concat } from "../bytes.ts";
import { MAX_SENT_PAYLOAD } from "../frame.ts";
import {
  CLIENT_TYPES,
  type PacketType,
  SERVER_TYPES,
} from "../packet_types.ts";
import { SEPARATOR } from "../records.ts";
import { decodeText, encodeText } from "../windows1252.ts";

interface TextAt {
  readonly from: number;
  readonly list: boolean;
}

function texts(
  types: Record<string, PacketType>,
): ReadonlyMap<number, TextAt> {
  return new Map(
    Object.values(types).flatMap(({ type, text, list }) =>
      text === undefined
        ? []
        : [[type, { from: text, list: list ?? false }] as const]
    ),
  );
}

const FROM_CLIENT = texts(CLIENT_TYPES);
const FROM_SERVER = texts(SERVER_TYPES);

const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true });

function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 0x80);
}

/**
 * Converts UTF-8 to Windows-1252, with "?" for characters that it lacks. Bytes
 * that are not UTF-8 stay as they are: they can only be Windows-1252 already.
 */
export function fromUtf8(bytes: Uint8Array): Uint8Array {
  if (isAscii(bytes)) return bytes;
  try {
    return encodeText(strict.decode(bytes).normalize("NFC"));
  } catch {
    return bytes;
  }
}

/**
 * Converts Windows-1252 to at most `max` bytes of UTF-8, cut between
 * characters.
 */
export function toUtf8(bytes: Uint8Array, max = MAX_SENT_PAYLOAD): Uint8Array {
  if (isAscii(bytes)) return bytes.subarray(0, max);
  const text = encoder.encode(decodeText(bytes));
  if (text.length <= max) return text;
  let end = max;
  while (end > 0 && (text[end]! & 0xc0) === 0x80) end--;
  return text.subarray(0, end);
}

/**
 * Converts complete records only. The byte C8 separates them, and UTF-8 text
 * here never contains it.
 */
function listToUtf8(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let size = 0;
  for (let at = 0; at < bytes.length;) {
    const separator = bytes.indexOf(SEPARATOR, at);
    const end = separator < 0 ? bytes.length : separator;
    const record = toUtf8(bytes.subarray(at, end));
    size += record.length + 1;
    if (size > MAX_SENT_PAYLOAD) break;
    parts.push(record, bytes.subarray(end, end + 1));
    at = end + 1;
  }
  return concat(parts);
}

function listFromUtf8(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const separator = bytes.indexOf(SEPARATOR, at);
    const end = separator < 0 ? bytes.length : separator;
    parts.push(fromUtf8(bytes.subarray(at, end)), bytes.subarray(end, end + 1));
    at = end + 1;
  }
  return concat(parts);
}

/** Returns the payload with its text converted to Windows-1252. */
function inWindows1252(
  texts: ReadonlyMap<number, TextAt>,
  type: number,
  payload: Uint8Array,
): Uint8Array {
  const text = texts.get(type);
  if (text === undefined || isAscii(payload.subarray(text.from))) {
    return payload;
  }
  if (text.list) return listFromUtf8(payload);
  const head = payload.subarray(0, text.from);
  return concat([head, fromUtf8(payload.subarray(text.from))]);
}

/** Returns the payload with its text converted to UTF-8. */
function inUtf8(
  texts: ReadonlyMap<number, TextAt>,
  type: number,
  payload: Uint8Array,
): Uint8Array {
  const text = texts.get(type);
  if (text === undefined || isAscii(payload.subarray(text.from))) {
    return payload;
  }
  const { from, list } = text;
  if (list) return listToUtf8(payload);
  const head = payload.subarray(0, from);
  return concat([
    head,
    toUtf8(payload.subarray(from), MAX_SENT_PAYLOAD - from),
  ]);
}

export type Recode = (type: number, payload: Uint8Array) => Uint8Array;

/** For the server: converts packets from and to a client. */
export const utf8In: Recode = (type, payload) =>
  inWindows1252(FROM_CLIENT, type, payload);
export const utf8Out: Recode = (type, payload) =>
  inUtf8(FROM_SERVER, type, payload);
/** For a client: converts packets from and to the server. */
export const utf8FromServer: Recode = (type, payload) =>
  inWindows1252(FROM_SERVER, type, payload);
export const utf8ToServer: Recode = (type, payload) =>
  inUtf8(FROM_CLIENT, type, payload);

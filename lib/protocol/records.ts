/**
 * `key=value` lines and lists of them separated by the byte C8
 * (docs/protocol.md, "Records").
 *
 * The client splits with strtok and copies values without a look, so a value
 * that holds a separator, or an empty one in a member record, breaks it.
 * Everything written here is cleaned first.
 *
 * @module
 */
import { concat } from "./bytes.ts";
import { MAX_SENT_PAYLOAD } from "./frame.ts";
import { decodeText, encodeText } from "./windows1252.ts";

/** Ends a record; the letter È in Windows-1252. */
export const SEPARATOR = 0xc8;
/** The client keeps 40 pointers for the lines of one record. */
export const MAX_LINES = 39;

export type Field = readonly [key: string, value: string | number];

const HARMFUL = /[\0\r\n=\u00c8]/;

/** Takes out of a value what would split or cut a record. */
export function cleanValue(value: string): string {
  if (!HARMFUL.test(value)) return value;
  return value.replaceAll("\u00c8", "E").replaceAll("=", "-")
    .replaceAll(/[\0\r\n]+/g, " ");
}

/** One record: a line for each field; those with an empty value are left out. */
export function encodeRecord(
  fields: readonly Field[],
  options: { keepEmpty?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  let text = "";
  for (const [key, value] of fields) {
    const clean = cleanValue(String(value));
    if (clean !== "" || options.keepEmpty) text += `${key}=${clean}\n`;
  }
  return encodeText(text);
}

export interface ListLimits {
  /** Most records in one packet: fewer than the client's table has. */
  readonly records: number;
  readonly bytes?: number;
}

const NEWLINE = 0x0a;
const SEPARATOR_BYTES = Uint8Array.of(SEPARATOR);

/**
 * A list as the payloads of one or more packets, each within the limits. The
 * separator takes the place of a record's last newline, as old servers wrote
 * it. An empty list is one empty payload.
 */
export function encodeLists(
  records: readonly Uint8Array[],
  limits: ListLimits,
): Uint8Array<ArrayBuffer>[] {
  const max = limits.bytes ?? MAX_SENT_PAYLOAD;
  const payloads: Uint8Array<ArrayBuffer>[] = [];
  let parts: Uint8Array[] = [];
  let size = 0;
  for (const lines of records) {
    const record = lines.at(-1) === NEWLINE ? lines.subarray(0, -1) : lines;
    const grown = size + record.length + 1;
    if (
      parts.length > 0 && (grown > max || parts.length >= 2 * limits.records)
    ) {
      payloads.push(concat(parts));
      parts = [];
      size = 0;
    }
    parts.push(record, SEPARATOR_BYTES);
    size += record.length + 1;
  }
  if (parts.length > 0 || payloads.length === 0) payloads.push(concat(parts));
  return payloads;
}

/** A list that must fit one packet: what is too much is left off its end. */
export function encodeList(
  records: readonly Uint8Array[],
  limits: ListLimits,
): Uint8Array<ArrayBuffer> {
  return encodeLists(records, limits)[0] ?? new Uint8Array();
}

/** Lines of one record; a key that comes twice keeps its first value. */
export function parseRecord(bytes: Uint8Array): Map<string, string> {
  const fields = new Map<string, string>();
  let lines = 0;
  for (const line of decodeText(bytes).split("\n")) {
    const equals = line.indexOf("=");
    if (equals < 1) continue;
    // A bound of our own: nothing honest has more lines than the client reads.
    if (++lines > MAX_LINES) break;
    const key = line.slice(0, equals);
    if (!fields.has(key)) fields.set(key, line.slice(equals + 1).trimEnd());
  }
  return fields;
}

/** The records of a list; empty ones vanish, as with strtok. */
export function parseList(bytes: Uint8Array): Map<string, string>[] {
  const records: Map<string, string>[] = [];
  let start = 0;
  for (let i = 0; i <= bytes.length; i++) {
    if (i < bytes.length && bytes[i] !== SEPARATOR) continue;
    if (i > start) records.push(parseRecord(bytes.subarray(start, i)));
    start = i + 1;
  }
  return records;
}

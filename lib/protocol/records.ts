/**
 * `key=value` lines, and lists of them separated by the byte C8
 * (docs/protocol.md, "Records").
 *
 * The client splits with strtok and copies values unchecked, so a separator
 * inside a value, or an empty value in a member record, breaks it. All that is
 * written here is cleaned first.
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

/** Removes from a value what would split or end a record. */
export function cleanValue(value: string): string {
  if (!HARMFUL.test(value)) return value;
  return value.replaceAll("\u00c8", "E").replaceAll("=", "-")
    .replaceAll(/[\0\r\n]+/g, " ");
}

/** Encodes one record: a line for each field with a value. */
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
  /**
   * The most records in one packet; it is below the size of the client's table.
   */
  readonly records: number;
  readonly bytes?: number;
}

const NEWLINE = 0x0a;
const SEPARATOR_BYTES = Uint8Array.of(SEPARATOR);

/**
 * Encodes a list as the payloads of one or more packets, each within the
 * limits. The separator replaces the last newline of a record, as old servers
 * wrote it. An empty list is one empty payload.
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

/**
 * Encodes a list that must fit one packet; records that do not fit are dropped
 * from its end.
 */
export function encodeList(
  records: readonly Uint8Array[],
  limits: ListLimits,
): Uint8Array<ArrayBuffer> {
  return encodeLists(records, limits)[0] ?? new Uint8Array();
}

/** Parses the lines of one record; of a repeated key the first value counts. */
export function parseRecord(bytes: Uint8Array): Map<string, string> {
  const fields = new Map<string, string>();
  let lines = 0;
  for (const line of decodeText(bytes).split("\n")) {
    const equals = line.indexOf("=");
    if (equals < 1) continue;
    // A limit of ours: no honest record has more lines than the client reads.
    if (++lines > MAX_LINES) break;
    const key = line.slice(0, equals);
    if (!fields.has(key)) fields.set(key, line.slice(equals + 1).trimEnd());
  }
  return fields;
}

/** Parses the records of a list; empty ones are skipped, as strtok does. */
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

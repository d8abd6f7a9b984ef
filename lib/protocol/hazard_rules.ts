/**
 * Building blocks of the rules in hazards.ts: how the real client reads fixed
 * numbers of bytes, records and lists.
 *
 * @module
 */
import { decodeText } from "./windows1252.ts";

/**
 * Returns undefined when the payload is safe, otherwise what is wrong with it.
 */
export type Rule = (payload: Uint8Array) => string | undefined;

/**
 * The size of the client's stack buffer for unknown packets and some others.
 */
export const STACK_BUFFER = 2048;
const MAX_RECORD_LINES = 39;
export const SEPARATOR = 0xc8;
/**
 * The size of the client's buffer for a room's name and for a line of the
 * category table.
 */
export const NAME_BUFFER = 256;

export function all(...rules: readonly Rule[]): Rule {
  return (payload) => {
    for (const rule of rules) {
      const fault = rule(payload);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

/**
 * For packets of which the client reads a fixed number of bytes: with more or
 * fewer it loses its place in the stream.
 */
export function exactly(bytes: number): Rule {
  return ({ length }) =>
    length === bytes ? undefined : `${length} bytes instead of ${bytes}`;
}

/** Accepts lengths from `from` up to, but not including, `below`. */
export function sized(from: number, below: number): Rule {
  return ({ length }) =>
    length >= from && length < below
      ? undefined
      : `${length} bytes, not ${from} to ${below - 1}`;
}

export function u32(payload: Uint8Array, at: number): number {
  return new DataView(payload.buffer, payload.byteOffset).getUint32(at);
}

export function i16(payload: Uint8Array, at: number): number {
  return new DataView(payload.buffer, payload.byteOffset).getInt16(at);
}

/** The first word is a room's number, of which the group list keeps 16 bits. */
export const roomFirst: Rule = (payload) => {
  const gid = u32(payload, 0);
  return gid >= 1 && gid <= 0xffff ? undefined : `room number ${gid}`;
};

export interface RecordShape {
  /** Keys that must be present with a value. */
  readonly needed: readonly string[];
  /** No key may have an empty value. */
  readonly full?: boolean;
  /**
   * For each key, the length at which its value overflows the client's buffer.
   */
  readonly below?: Readonly<Record<string, number>>;
  readonly check?: (fields: ReadonlyMap<string, string>) => string | undefined;
}

export function recordFault(
  text: string,
  shape: RecordShape,
): string | undefined {
  const lines = text.replace(/\n$/, "").split("\n");
  if (lines.length > MAX_RECORD_LINES) return `${lines.length} lines`;
  const fields = new Map<string, string>();
  for (const line of lines) {
    const [key, value, ...more] = line.split("=");
    if (!key || value === undefined) return `a line without key: "${line}"`;
    if (more.length > 0) return `a second = in "${line}"`;
    if (/[\0\r]/.test(value)) return `a control character in ${key}`;
    if (value === "" && shape.full) return `empty value of ${key}`;
    const below = shape.below?.[key];
    if (below !== undefined && value.length >= below) return `long ${key}`;
    if (!fields.has(key)) fields.set(key, value);
  }
  for (const key of shape.needed) {
    if (!fields.get(key)) return `no ${key}= in a record`;
  }
  return shape.check?.(fields);
}

/**
 * A list of such records separated by the byte C8, fewer than `below` of them.
 */
export function list(below: number, shape: RecordShape): Rule {
  return (payload) => {
    const records = decodeText(payload).split(String.fromCharCode(SEPARATOR));
    if (records.pop() !== "") return "a list whose last record has no end";
    if (records.length >= below) return `${records.length} records`;
    for (const text of records) {
      const fault = recordFault(text, shape);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

export function record(shape: RecordShape): Rule {
  return (payload) =>
    payload.includes(SEPARATOR)
      ? "C8 in a single record"
      : recordFault(decodeText(payload), shape);
}

/**
 * The part of ASN.1 DER that certificates need: encoding values and decoding
 * them.
 *
 * @module
 */

export type Bytes = Uint8Array<ArrayBuffer>;

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Encodes a value: tag, length, content. */
export function tagged(tag: number, ...parts: readonly Uint8Array[]): Bytes {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head = [tag, ...lengthBytes(length)];
  const whole = new Uint8Array(head.length + length);
  whole.set(head);
  let at = head.length;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>= 8) bytes.unshift(rest & 0xff);
  return [0x80 | bytes.length, ...bytes];
}

export const sequence = (...parts: readonly Uint8Array[]): Bytes =>
  tagged(TAG.sequence, ...parts);
export const set = (...parts: readonly Uint8Array[]): Bytes =>
  tagged(TAG.set, ...parts);
export const octets = (content: Uint8Array): Bytes =>
  tagged(TAG.octets, content);
export const utf8 = (text: string): Bytes =>
  tagged(TAG.utf8, new TextEncoder().encode(text));
export const boolean = (value: boolean): Bytes =>
  tagged(TAG.boolean, Uint8Array.of(value ? 0xff : 0));

/** Encodes a number, or bytes that represent a positive one. */
export function integer(value: number | Uint8Array): Bytes {
  if (typeof value === "number") {
    return tagged(TAG.integer, Uint8Array.of(value));
  }
  const sign = (value[0] ?? 0) >= 0x80 ? [0] : [];
  return tagged(TAG.integer, Uint8Array.from(sign), value);
}

export const bits = (content: Uint8Array, unused = 0): Bytes =>
  tagged(TAG.bits, Uint8Array.of(unused), content);

export function oid(dotted: string): Bytes {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let high = arc >>> 7; high > 0; high >>>= 7) {
      groups.unshift(0x80 | (high & 0x7f));
    }
    bytes.push(...groups);
  }
  return tagged(TAG.oid, Uint8Array.from(bytes));
}

/** Encodes a time as RFC 5280 requires: a two-digit year until 2049. */
export function time(at: Date): Bytes {
  const digits = at.toISOString().replaceAll(/[-:T]|\.\d+/g, "");
  const short = at.getUTCFullYear() < 2050;
  return tagged(
    short ? TAG.utcTime : TAG.generalizedTime,
    new TextEncoder().encode(short ? digits.slice(2) : digits),
  );
}

export interface Node {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** Yields the values in `bytes`. Throws when one is cut short. */
export function* read(bytes: Uint8Array): Generator<Node> {
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at++]!;
    let length = bytes[at++] ?? -1;
    if (length >= 0x80) {
      const count = length & 0x7f;
      length = count > 4 || count === 0 ? -1 : 0;
      for (let i = 0; i < count && length >= 0; i++) {
        length = length * 256 + (bytes[at++] ?? NaN);
      }
    }
    if (!(length >= 0 && at + length <= bytes.length)) {
      throw new Error("not DER");
    }
    yield { tag, content: bytes.subarray(at, at + length) };
    at += length;
  }
}

/**
 * Fields of the messages between gateways and the core. Integers are
 * big-endian, texts are UTF-8, and bytes have a length prefix.
 *
 * @module
 */
import type { Endpoint } from "../net/wire.ts";
import type { Reader, Writer } from "../protocol/bytes.ts";
import type { Field } from "../protocol/layout.ts";

const HIGH = 2 ** 32;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export const i16: Field<number> = {
  read: (from) => from.i16(),
  // Signed values have the same bits.
  write: (to, value) => to.u16(value),
};
/** A safe integer in eight bytes. */
export const u64: Field<number> = {
  read(from) {
    const value = HIGH * from.u32() + from.u32();
    if (!Number.isSafeInteger(value)) throw new TypeError("number too large");
    return value;
  },
  write(to, value) {
    to.u32(Math.floor(value / HIGH));
    to.u32(value % HIGH);
  },
};
/** A u32 length followed by the bytes; read as a view. */
export const bytes: Field<Uint8Array> = {
  read: (from) => from.bytes(from.u32()),
  write(to, value) {
    to.u32(value.length);
    to.bytes(value);
  },
};
/** Text. Throws TypeError when read bytes are not UTF-8. */
export const text: Field<string> = {
  read: (from) => decoder.decode(bytes.read(from)),
  write: (to, value) => bytes.write(to, encoder.encode(value)),
};
export const endpoint: Field<Endpoint> = {
  read: (from) => ({ host: text.read(from), port: from.u16() }),
  write(to, { host, port }) {
    text.write(to, host);
    to.u16(port);
  },
};

/**
 * One of these values, stored as its index in one byte. Only append to the
 * list.
 */
export function oneOf<T extends string | boolean>(
  ...values: readonly T[]
): Field<T> {
  return {
    read(from) {
      const value = values[from.u8()];
      if (value === undefined) throw new TypeError("no such value");
      return value;
    },
    write: (to, value) => to.u8(values.indexOf(value)),
  };
}

/**
 * A u32 count followed by the numbers. Reading throws ShortRead for a forged
 * count.
 */
export const numbers: Field<readonly number[]> = {
  read(from: Reader) {
    const count = from.u32();
    // Fails for a forged count before anything is allocated.
    const all = from.bytes(4 * count);
    const view = new DataView(all.buffer, all.byteOffset, all.length);
    return Array.from({ length: count }, (_, i) => view.getUint32(4 * i));
  },
  write(to: Writer, value) {
    to.u32(value.length);
    for (const number of value) to.u32(number);
  },
};

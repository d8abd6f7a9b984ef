/**
 * Splits messages that are longer than the broker allows. If a part is lost,
 * the whole message is lost, and links repeat it.
 *
 * Pure.
 *
 * @module
 */
import { concat, Reader, ShortRead, Writer } from "../protocol/bytes.ts";

/** First byte of a part; no batch starts with it (see WIRE_VERSION). */
const PART = 0xff;
const HEAD_BYTES = 13;
/** Maximum incomplete messages. */
const MOST_OPEN = 64;

/** Splits a message. `id` must be unique among all senders. */
export function* split(
  bytes: Uint8Array,
  most: number,
  id: () => readonly [number, number],
): Iterable<Uint8Array> {
  if (bytes.length <= most) {
    yield bytes;
    return;
  }
  const step = most - HEAD_BYTES;
  const count = Math.ceil(bytes.length / step);
  const [high, low] = id();
  for (let i = 0; i < count; i++) {
    const out = new Writer();
    out.u8(PART);
    out.u32(high);
    out.u32(low);
    out.u16(i);
    out.u16(count);
    out.bytes(bytes.subarray(i * step, (i + 1) * step));
    yield out.finish();
  }
}

interface Open {
  readonly parts: (Uint8Array | undefined)[];
  missing: number;
}

/** Joins parts that arrive in any order. */
export class Joiner {
  readonly #open = new Map<string, Open>();

  /** Returns a complete message, or undefined while parts are missing. */
  take(bytes: Uint8Array): Uint8Array | undefined {
    if (bytes[0] !== PART) return bytes;
    const from = new Reader(bytes);
    try {
      from.u8();
      const key = `${from.u32()}.${from.u32()}`;
      const [index, count] = [from.u16(), from.u16()];
      return this.#add(key, index, count, from.bytes(from.left));
    } catch (error) {
      if (error instanceof ShortRead) return undefined;
      throw error;
    }
  }

  #add(
    key: string,
    index: number,
    count: number,
    part: Uint8Array,
  ): Uint8Array | undefined {
    let open = this.#open.get(key);
    if (open === undefined) {
      open = { parts: Array(count).fill(undefined), missing: count };
      this.#open.set(key, open);
      if (this.#open.size > MOST_OPEN) {
        this.#open.delete(this.#open.keys().next().value!);
      }
    }
    if (index >= open.parts.length || open.parts[index] !== undefined) {
      return undefined;
    }
    open.parts[index] = part;
    if (--open.missing > 0) return undefined;
    this.#open.delete(key);
    return concat(open.parts as Uint8Array[]);
  }
}

/**
 * Small changes to bytes, as a hostile or broken client might make.
 *
 * @module
 */
import type { Random } from "./random.ts";

/** Bytes and words that often break parsers. */
const BYTES = [
  0x00,
  0x01,
  0x0a,
  0x0d,
  0x20,
  0x2f,
  0x3a,
  0x3c,
  0x3d,
  0x7f,
  0x80,
  0xc8,
  0xff,
];
const WORDS = [
  0,
  1,
  2,
  1000001,
  1000002,
  50001,
  1001,
  0x7fffffff,
  0x80000000,
  0xffffffff,
];
const MOST = 70_000;

export function mutate(input: Uint8Array, random: Random): Uint8Array {
  let bytes = input.slice();
  const times = 1 + random.below(4);
  for (let n = 0; n < times; n++) bytes = once(bytes, random);
  return bytes.length > MOST ? bytes.subarray(0, MOST) : bytes;
}

function once(
  bytes: Uint8Array<ArrayBuffer>,
  random: Random,
): Uint8Array<ArrayBuffer> {
  const { length } = bytes;
  const at = random.below(length + 1);
  switch (random.below(9)) {
    case 0: // A bit.
      if (at < length) bytes[at]! ^= 1 << random.below(8);
      return bytes;
    case 1: // A byte that means something.
      if (at < length) bytes[at] = random.pick(BYTES);
      return bytes;
    case 2: // A number that means something.
      if (at + 4 <= length) {
        new DataView(bytes.buffer).setUint32(at, random.pick(WORDS));
      }
      return bytes;
    case 3: // Cut off.
      return bytes.slice(0, at);
    case 4: // A part left out.
      return joined(
        bytes.subarray(0, at),
        bytes.subarray(at + random.below(8)),
      );
    case 5: // Something put in.
      return joined(
        bytes.subarray(0, at),
        Uint8Array.from(
          { length: 1 + random.below(8) },
          () => random.pick(BYTES),
        ),
        bytes.subarray(at),
      );
    case 6: // A part twice, or very often.
      return joined(
        bytes,
        ...Array.from(
          { length: random.oneIn(20) ? 50 : 1 },
          () => bytes.subarray(at, at + 200),
        ),
      );
    case 7: // Much longer.
      return random.oneIn(10)
        ? joined(
          bytes,
          new Uint8Array(random.below(4000)).fill(random.pick(BYTES)),
        )
        : bytes;
    default: // Noise behind it.
      return joined(bytes, random.bytes(random.below(16)));
  }
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Arbitrary values with the structure of a golden one, for property tests.
 *
 * @module
 */
import fc from "fast-check";
import { isViewablePort } from "../../../lib/protocol/packets/room_video.ts";
import { decodeText } from "../../../lib/protocol/windows1252.ts";

/** Replacements for texts, numbers and bytes of the model. */
export interface Parts {
  /** Fields whose text has a special form. */
  readonly forms: Readonly<Record<string, fc.Arbitrary<unknown>>>;
  readonly text: fc.Arbitrary<string>;
  readonly number: fc.Arbitrary<number>;
  readonly bytes: fc.Arbitrary<Uint8Array>;
  readonly list: (item: fc.Arbitrary<unknown>) => fc.Arbitrary<unknown[]>;
}

const digits = fc.integer({ min: 0, max: 255 })
  .map((part) => String(part).padStart(3, "0"));
const dotted = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255))
  .map((parts) => parts.join("."));
const windows1252 = fc.nat(255)
  .map((byte) => decodeText(Uint8Array.of(byte)));

/** Returns values like `model`: the same keys and types, other contents. */
export function like(model: unknown, parts: Parts): fc.Arbitrary<unknown> {
  if (model instanceof Uint8Array) return parts.bytes;
  if (model instanceof Map) {
    return fc.tuple(
      ...[...model.keys()].map((key) => fc.tuple(fc.constant(key), parts.text)),
    ).map((entries) => new Map(entries));
  }
  if (Array.isArray(model)) {
    const [first] = model;
    return first === undefined
      ? fc.constant([])
      : parts.list(like(first, parts));
  }
  switch (typeof model) {
    case "string":
      return parts.text;
    case "number":
      return parts.number;
    case "boolean":
      return fc.boolean();
    case "object":
      return fc.record(
        Object.fromEntries(
          Object.entries(model!).map(([key, part]) => [
            key,
            parts.forms[key] ?? like(part, parts),
          ]),
        ),
      );
    default:
      return fc.constant(model);
  }
}

/** The encoder refuses other ports, because no client connects to them. */
const viewablePort = fc.integer({ min: 1, max: 0xffff }).filter(isViewablePort);

const FORMS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  address: dotted,
  color: fc.tuple(digits, digits, digits).map((parts) => parts.join("")),
  rating: fc.constantFrom("G", "A", "R"),
  privacy: fc.constantFrom("A", "T", "P"),
  paid: fc.constantFrom("", "Y", "6"),
  ph: fc.constantFrom("0", "N", "Y"),
  voice: fc.constantFrom(0, 1, 2),
  videoPort: viewablePort,
  where: fc.constantFrom("C", "G"),
};

/**
 * Values that a packet can carry unchanged: characters that records keep, and
 * numbers that every field can hold.
 */
export const WELL_FORMED: Parts = {
  forms: FORMS,
  text: fc.string({
    unit: windows1252.filter((letter) => !/[\0\r\n=,&%\u00c8\s]/.test(letter)),
    minLength: 1,
    maxLength: 40,
  }),
  number: fc.integer({ min: 1, max: 999 }),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
  list: (item) => fc.array(item, { minLength: 1, maxLength: 4 }),
};

/**
 * Values that must never pass unchanged: separators, terminators and overflows.
 */
export const HOSTILE: Parts = {
  forms: {
    address: dotted,
    voice: FORMS.voice!,
    ph: FORMS.ph!,
    videoPort: viewablePort,
    where: FORMS.where!,
  },
  text: fc.oneof(
    fc.string({ unit: windows1252, maxLength: 60 }),
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.string({
      unit: fc.constantFrom(
        ..."\u00c8\n\r\0=,: -\u0416\u00e8",
        "\nmsg=",
        "key=",
      ),
      maxLength: 12,
    }),
    fc.constantFrom("", "\u00c8".repeat(3000), "=\n".repeat(500)),
    fc.nat(40_000).map((length) => "x".repeat(length)),
  ),
  number: fc.integer({ min: 2, max: 999 }),
  bytes: fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.nat(70_000).map((length) => new Uint8Array(length).fill(0xc8)),
  ),
  list: (item) =>
    fc.oneof(
      fc.array(item, { maxLength: 4 }),
      fc.tuple(item, fc.nat(2500))
        .map(([one, length]) => Array.from({ length }, () => one)),
    ),
};

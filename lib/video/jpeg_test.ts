import assert from "node:assert/strict";
import fc from "fast-check";
import { makePicture, markOf } from "./sample_picture.ts";
import { concat } from "../protocol/bytes.ts";
import { pictureFault } from "./jpeg.ts";

/** A picture as its segments, so that a test can change one. */
function segments(...changed: readonly (readonly [string, string])[]) {
  const parts = new Map([
    ["soi", "ffd8"],
    ["dqt", "ffdb0043" + "00" + "01".repeat(64)],
    ["sof", "ffc0 0011 08 0078 00a0 03 01 22 00 02 11 00 03 11 00"],
    ["dc", "ffc4 0014 00 01" + "00".repeat(15) + "00"],
    ["ac", "ffc4 0014 10 01" + "00".repeat(15) + "00"],
    ["sos", "ffda 000c 03 01 00 02 00 03 00 00 3f 00"],
    ["data", "00".repeat(60)],
    ["eoi", "ffd9"],
    ...changed,
  ]);
  return bytes([...parts.values()].join(""));
}

function bytes(hex: string): Uint8Array {
  const pairs = hex.replaceAll(" ", "").match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => parseInt(pair, 16));
}

Deno.test("pictureFault finds nothing in sound pictures of many kinds", () => {
  for (
    const [what, picture] of Object.entries({
      made: makePicture(),
      largest: makePicture({ width: 640, height: 480, size: 50_000 }),
      smallest: makePicture({ width: 1, height: 1, size: 0 }),
      three: segments(),
      "4:4:4": segments(
        ["sof", "ffc0 0011 08 0078 00a0 03 01 11 00 02 11 00 03 11 00"],
      ),
      extended: segments(
        ["sof", "ffc1 0011 08 0078 00a0 03 01 22 00 02 11 00 03 11 00"],
      ),
      progressive: segments(
        ["sof", "ffc2 0011 08 0078 00a0 03 01 22 00 02 11 00 03 11 00"],
        ["sos", "ffda 000c 03 01 00 02 00 03 00 00 00 01 00ff00"],
        ["data", "ffda 0008 01 01 00 01 05 02 0000"],
      ),
      restarts: segments([
        "data",
        "ffdd 0004 0001 ".repeat(0) + "00ffd000ffd1",
      ]),
      comments: segments(["soi", "ffd8 ffe0 0004 4a46 fffe 0003 21 ffff"]),
      trailing: concat([makePicture(), new Uint8Array(9)]),
    })
  ) assert.equal(pictureFault(picture), undefined, what);
});

for (
  const [what, picture] of Object.entries({
    "nothing": new Uint8Array(),
    "text": new TextEncoder().encode("GIF89a".repeat(30)),
    "a PNG": bytes("89504e470d0a1a0a"),
    "a picture without an end": segments(["eoi", ""]),
    "a picture without data": segments(["sos", ""], ["data", ""]),
    "a scan before the frame": segments(["sof", ""]),
    "two frames": segments(
      [
        "dqt",
        "ffdb0043 00" + "01".repeat(64) + "ffc0 000b 08 0008 0008 01 01 11 00",
      ],
    ),
    "arithmetic coding": segments(
      ["sof", "ffc9 0011 08 0078 00a0 03 01 22 00 02 11 00 03 11 00"],
    ),
    "a lossless frame": segments(
      ["sof", "ffc3 0011 08 0078 00a0 03 01 22 00 02 11 00 03 11 00"],
    ),
    "12 bits": segments(
      ["sof", "ffc1 0011 0c 0078 00a0 03 01 22 00 02 11 00 03 11 00"],
    ),
    "no height": segments(
      ["sof", "ffc0 0011 08 0000 00a0 03 01 22 00 02 11 00 03 11 00"],
    ),
    "641 columns": segments(
      ["sof", "ffc0 0011 08 0078 0281 03 01 22 00 02 11 00 03 11 00"],
    ),
    "481 rows": segments(
      ["sof", "ffc0 0011 08 01e1 00a0 03 01 22 00 02 11 00 03 11 00"],
    ),
    "65,535 x 65,535": segments(
      ["sof", "ffc0 0011 08 ffff ffff 03 01 22 00 02 11 00 03 11 00"],
    ),
    "two components": segments(
      ["sof", "ffc0 000e 08 0078 00a0 02 01 22 00 02 11 00"],
    ),
    "four components": segments(
      ["sof", "ffc0 0014 08 0078 00a0 04 01 11 00 02 11 00 03 11 00 04 11 00"],
    ),
    "the same component twice": segments(
      ["sof", "ffc0 0011 08 0078 00a0 03 01 22 00 01 11 00 03 11 00"],
    ),
    "sampling of 4": segments(
      ["sof", "ffc0 0011 08 0078 00a0 03 01 41 00 02 11 00 03 11 00"],
    ),
    "sampling of 0": segments(
      ["sof", "ffc0 0011 08 0078 00a0 03 01 02 00 02 11 00 03 11 00"],
    ),
    "twelve blocks in a unit": segments(
      ["sof", "ffc0 0011 08 0078 00a0 03 01 22 00 02 22 00 03 22 00"],
    ),
    "a frame cut short": segments([
      "sof",
      "ffc0 000b 08 0078 00a0 03 01 22 00",
    ]),
    "no quantization table": segments(["dqt", ""]),
    "a quantization table 9": segments(
      ["dqt", "ffdb0043 09" + "01".repeat(64)],
    ),
    "a divisor of zero": segments(["dqt", "ffdb0043 00" + "00".repeat(64)]),
    "a quantization table cut short": segments(
      ["dqt", "ffdb0042 00" + "01".repeat(63)],
    ),
    "no Huffman table": segments(["ac", ""]),
    "more codes than there are": segments(
      ["dc", "ffc4 0016 00 03" + "00".repeat(15) + "000102"],
    ),
    "300 symbols": segments(
      [
        "ac",
        "ffc4 0119 10" + "00".repeat(7) + "ff" + "ff" + "00".repeat(7) +
        "00".repeat(262),
      ],
    ),
    "a DC symbol of 16": segments(
      ["dc", "ffc4 0014 00 01" + "00".repeat(15) + "10"],
    ),
    "a scan of no component": segments(["sos", "ffda 0006 00 00 3f 00"]),
    "a scan of an unknown component": segments(
      ["sos", "ffda 0008 01 07 00 00 3f 00"],
    ),
    "a component twice in a scan": segments(
      ["sos", "ffda 000a 02 01 00 01 00 00 3f 00"],
    ),
    "a baseline scan of parts": segments(
      ["sos", "ffda 000c 03 01 00 02 00 03 00 00 05 00"],
    ),
    "a bad progression": segments(
      ["sof", "ffc2 0011 08 0078 00a0 03 01 22 00 02 11 00 03 11 00"],
      ["sos", "ffda 000c 03 01 00 02 00 03 00 00 3f 00"],
    ),
    "a thousand scans": segments(
      ["sof", "ffc2 0011 08 0078 00a0 03 01 22 00 02 11 00 03 11 00"],
      ["data", "ffda 0008 01 01 00 01 05 02 00".repeat(1000)],
    ),
    "a segment longer than the file": segments(["soi", "ffd8 ffe1 fff0"]),
    "a segment of length 1": segments(["soi", "ffd8 ffe1 0001"]),
    "a hierarchical picture": segments(["soi", "ffd8 ffde 0004 0000"]),
    "a height that comes later": segments(["data", "00ffdc00040078"]),
    "a bad restart interval": segments(["soi", "ffd8 ffdd 0003 00"]),
  })
) {
  Deno.test(`pictureFault refuses ${what}`, () => {
    assert.equal(typeof pictureFault(picture), "string");
  });
}

Deno.test("pictureFault refuses every picture that is cut short", () => {
  for (const whole of [segments(), makePicture({ size: 400 })]) {
    for (let length = 0; length < whole.length; length++) {
      assert.ok(pictureFault(whole.subarray(0, length)), `${length} bytes`);
    }
  }
});

Deno.test("pictureFault ends on anything, in time that its length bounds", () => {
  const whole = segments();
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), {
        maxLength: 8,
      }),
      (changes) => {
        const bytes = whole.slice();
        for (const [at, byte] of changes) bytes[at] = byte;
        pictureFault(bytes);
      },
    ),
    { numRuns: 3000 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
    pictureFault(concat([Uint8Array.of(0xff, 0xd8), bytes]));
  }));
  const filled = new Uint8Array(50_000).fill(0xff);
  const escaped = segments(["data", "ff00".repeat(24_000)]);
  // The quickest of three: the others may have waited for a processor.
  const spans = [1, 2, 3].map(() => {
    const begun = performance.now();
    assert.ok(pictureFault(filled));
    assert.ok(pictureFault(escaped) === undefined);
    return performance.now() - begun;
  });
  assert.ok(Math.min(...spans) < 500, `${spans} ms`);
});

Deno.test("makePicture makes pictures of any size that can be known again", () => {
  for (const size of [400, 4200, 50_000]) {
    const picture = makePicture({ size, mark: `number ${size}` });
    assert.equal(picture.length, size);
    assert.equal(markOf(picture), `number ${size}`);
    assert.equal(pictureFault(picture), undefined);
  }
});

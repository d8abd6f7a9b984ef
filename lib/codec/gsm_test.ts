import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import {
  correlation,
  noise,
  type Signal,
  silence,
  speech,
} from "../../tests/support/signals.ts";
import { hex } from "../protocol/bytes.ts";
import {
  FRAME_BYTES,
  GsmDecoder,
  GsmEncoder,
  SAMPLES_PER_FRAME,
} from "./gsm.ts";

interface Vector {
  readonly signal: Signal;
  readonly frames: number;
  /** SHA-256 of all encoded frames, and of the samples decoded from them. */
  readonly encoded: string;
  readonly decoded: string;
  /** Frame 7 and its samples, to look at when a hash differs. */
  readonly seventh: string;
  readonly samples: readonly number[];
}

/** Signals made for this test, with the results of libgsm. */
const VECTORS: readonly Vector[] = [
  {
    signal: speech,
    frames: 100,
    encoded: "eb5f195d06965041125422a5ade16c1dddfe77f4a91f844d37ae4b71ffc1da1c",
    decoded: "f7ccc7ce00ec0f4a4616ef10011fda0a9416a25e2e9f1eda49ca37857e158997",
    seventh:
      "d5e49472b18a26069c8946dbf0c1b71f65a8d3f08258dc6db6d8ee21069b49b49b",
    samples: [-56, -40, -48, -72, -72, -80, -88, -88, -96, -96, -72, -56],
  },
  {
    signal: noise,
    frames: 20,
    encoded: "a6f46918809644f51c40ea9aa842561aa0e69206b26e9040db95a523d63d1596",
    decoded: "193a6baf409f04f78900a85b00fb52e676c067424d2a0503a710b3ea578e5dc7",
    seventh:
      "dae7bbe9349cdf3cdee455ddd8bd38efed54e5b29b2b120d2c1bcabef54cb6321c",
    samples: [-4304, 9712, -1872, -1712, -18024, 1488, -12952, 11848],
  },
];

/** Encodes and decodes a signal frame by frame. */
function run(samples: Int16Array) {
  const [encoder, decoder] = [new GsmEncoder(), new GsmDecoder()];
  const frames: Uint8Array[] = [];
  const played: Int16Array[] = [];
  for (let at = 0; at < samples.length; at += SAMPLES_PER_FRAME) {
    const frame = encoder.encode(samples.subarray(at, at + SAMPLES_PER_FRAME));
    frames.push(frame);
    played.push(decoder.decode(frame)!);
  }
  return { frames, played };
}

function sha256(parts: readonly (Uint8Array | Int16Array)[]): string {
  const hash = createHash("sha256");
  // Deno 2.6 accepts bytes only.
  for (const { buffer, byteOffset, byteLength } of parts) {
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest("hex");
}

for (const vector of VECTORS) {
  Deno.test(`GSM: ${vector.signal.name} gives the known bits`, () => {
    const { frames, played } = run(
      vector.signal(vector.frames * SAMPLES_PER_FRAME),
    );
    assert.equal(hex(frames[7]!).replaceAll(" ", ""), vector.seventh);
    assert.deepEqual(
      [...played[8]!.subarray(0, vector.samples.length)],
      vector.samples,
    );
    assert.equal(sha256(frames), vector.encoded);
    assert.equal(sha256(played), vector.decoded);
  });
}

Deno.test("GSM: speech is recognisable and silence is silent", () => {
  const said = speech(100 * SAMPLES_PER_FRAME);
  const heard = run(said).played.flatMap((part) => [...part]);
  assert.ok(correlation(said, heard) > 0.5, `${correlation(said, heard)}`);
  for (const part of run(silence(10 * SAMPLES_PER_FRAME)).played) {
    assert.ok(part.every((sample) => Math.abs(sample) <= 16));
  }
});

Deno.test("GSM: other lengths and other bytes are no frame", () => {
  const encoder = new GsmEncoder();
  for (const length of [0, 159, 161]) {
    assert.throws(() => encoder.encode(new Int16Array(length)), RangeError);
  }
  const decoder = new GsmDecoder();
  const frame = new GsmEncoder().encode(new Int16Array(SAMPLES_PER_FRAME));
  assert.equal(decoder.decode(frame.subarray(1)), undefined);
  assert.equal(decoder.decode(new Uint8Array(FRAME_BYTES + 1)), undefined);
  for (let first = 0; first < 256; first++) {
    frame[0] = first;
    assert.equal(decoder.decode(frame) !== undefined, first >> 4 === 0xd);
  }
});

Deno.test("GSM: any samples become frames that any decoder accepts", () => {
  const samples = fc.array(
    fc.int16Array({
      minLength: SAMPLES_PER_FRAME,
      maxLength: SAMPLES_PER_FRAME,
    }),
    { minLength: 1, maxLength: 6 },
  );
  fc.assert(fc.property(samples, (parts) => {
    const [encoder, decoder] = [new GsmEncoder(), new GsmDecoder()];
    for (const part of parts) {
      const before = part.slice();
      const frame = encoder.encode(part);
      assert.equal(frame.length, FRAME_BYTES);
      assert.equal(frame[0]! >> 4, 0xd);
      assert.deepEqual(part, before, "the input is left alone");
      assert.equal(decoder.decode(frame)?.length, SAMPLES_PER_FRAME);
    }
  }));
});

Deno.test("GSM: no frame, however made, stops the decoder", () => {
  const body = fc.uint8Array({
    minLength: FRAME_BYTES,
    maxLength: FRAME_BYTES,
  });
  const decoder = new GsmDecoder();
  const known = run(speech(2 * SAMPLES_PER_FRAME));
  fc.assert(fc.property(body, (frame) => {
    frame[0] = 0xd0 | frame[0]! & 0xf;
    const samples = decoder.decode(frame)!;
    assert.equal(samples.length, SAMPLES_PER_FRAME);
    assert.ok(samples.every((sample) => (sample & 7) === 0));
    // Streams must not affect each other.
    const other = new GsmDecoder();
    assert.deepEqual(known.frames.map((f) => other.decode(f)), known.played);
  }));
});

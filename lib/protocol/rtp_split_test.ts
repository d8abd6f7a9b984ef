import assert from "node:assert/strict";
import { concat, hex } from "./bytes.ts";
import {
  encodeHello,
  encodeVoiceFrame,
  PREFIX_BYTES,
  VoiceDecoder,
} from "./rtp.ts";
import { splitGsm } from "./rtp_split.ts";

const payload = Uint8Array.from({ length: 10 * 33 }, (_, i) => i);
const long = encodeVoiceFrame({
  sequence: 7,
  timestamp: 0xffffff00,
  uid: 1000002,
  payload,
});
const short = encodeVoiceFrame({
  sequence: 8,
  timestamp: 9,
  uid: 1000002,
  payload: payload.subarray(0, 132),
});

Deno.test("splitGsm() returns the same sound in packets of four frames", () => {
  const { run, frames } = splitGsm(concat([long, short]), 4);
  assert.equal(frames, 4);
  const decoder = new VoiceDecoder(4096);
  const bytes = concat([encodeHello(50001, 1000002), run]);
  decoder.space().set(bytes);
  decoder.filled(bytes.length);
  assert.equal(decoder.next(), "hello");
  const sound: Uint8Array[] = [];
  const sizes: number[] = [];
  const times: number[] = [];
  while (decoder.next() === "frame") {
    const at = decoder.offset + PREFIX_BYTES;
    sizes.push(decoder.length);
    times.push(new DataView(decoder.buffer.buffer).getUint32(at + 4));
    sound.push(decoder.buffer.slice(at + 12, at + decoder.length - 4));
  }
  assert.deepEqual(sizes, [148, 148, 82, 148]);
  assert.deepEqual(times, [0xffffff00, 0x180, 0x400, 9]);
  assert.equal(
    hex(concat(sound)),
    hex(concat([payload, payload.subarray(0, 132)])),
  );
  assert.ok(
    sizes.every((size) => size < 256),
    "one byte of the length is read",
  );
});

Deno.test("splitGsm() leaves other codecs and unknown headers alone", () => {
  const other = encodeVoiceFrame({
    sequence: 1,
    timestamp: 1,
    uid: 2,
    payload,
    payloadType: 0,
  });
  const extended = long.slice();
  extended[4] = 0x81;
  for (const packet of [other, extended, short]) {
    assert.equal(hex(splitGsm(packet, 4).run), hex(packet));
  }
});

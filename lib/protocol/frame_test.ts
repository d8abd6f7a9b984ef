import assert from "node:assert/strict";
import fc from "fast-check";
import { concat, hex, unhex } from "./bytes.ts";
import {
  CLIENT_VERSION,
  decodeFrames,
  encodeFrame,
  type Frame,
  FrameDecoder,
} from "./frame.ts";

/** Returns what a decoder makes of a stream that arrives in these chunks. */
function decodeChunks(
  chunks: Iterable<Uint8Array>,
  decoder = new FrameDecoder(),
): Frame[] {
  const frames: Frame[] = [];
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      const space = decoder.space();
      assert.ok(space.length > 0, "there is always room");
      const part = chunk.subarray(at, at + space.length);
      space.set(part);
      decoder.filled(part.length);
      at += part.length;
      while (decoder.next() === "frame") {
        const { type, version } = decoder;
        frames.push({ type, version, payload: decoder.payload().slice() });
      }
    }
  }
  return frames;
}

/** Returns `bytes` cut at these offsets. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [0, ...places.map((p) => p % (bytes.length + 1)), bytes.length]
    .sort((a, b) => a - b);
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end));
}

function text(frames: readonly Frame[]): string[] {
  return frames.map((f) => `${f.type} ${f.version} ${hex(f.payload)}`);
}

const frame = fc.record({
  type: fc.integer({ min: -32768, max: 32767 }),
  version: fc.nat(0xffff),
  payload: fc.oneof(
    { weight: 8, arbitrary: fc.uint8Array({ maxLength: 80 }) },
    {
      weight: 1,
      arbitrary: fc.uint8Array({ minLength: 900, maxLength: 3000 }),
    },
  ),
});

Deno.test("encodeFrame writes type, version, length and payload", () => {
  assert.equal(
    hex(encodeFrame(-1148, unhex("000f4242"), CLIENT_VERSION)),
    "fb8400470004000f4242",
  );
  assert.equal(hex(encodeFrame(0x04a6, new Uint8Array())), "04a6001d0000");
});

Deno.test("FrameDecoder finds the same frames however the stream is cut", () => {
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 12 }),
      fc.array(fc.nat(), { maxLength: 20 }),
      (frames, places) => {
        const stream = concat(
          frames.map((f) => encodeFrame(f.type, f.payload, f.version)),
        );
        const decoder = new FrameDecoder();
        assert.deepEqual(
          text(decodeChunks(cut(stream, places), decoder)),
          text(frames),
        );
        assert.equal(decoder.pending, 0);
        assert.deepEqual(text(decodeFrames(stream).frames), text(frames));
      },
    ),
  );
});

Deno.test("FrameDecoder accepts a stream of single bytes", () => {
  const stream = concat([
    encodeFrame(-100, unhex("000f4242"), CLIENT_VERSION),
    encodeFrame(-160, new Uint8Array(), CLIENT_VERSION),
    encodeFrame(-20, new Uint8Array(2000).fill(0x41), CLIENT_VERSION),
  ]);
  const bytes = Array.from(stream, (byte) => Uint8Array.of(byte));
  assert.deepEqual(decodeChunks(bytes).map((f) => f.type), [-100, -160, -20]);
});

Deno.test("FrameDecoder accepts fifty frames in one chunk", () => {
  const fifty = Array.from(
    { length: 50 },
    (_, i) => encodeFrame(-350, new Uint8Array(i).fill(i), CLIENT_VERSION),
  );
  const frames = decodeChunks([concat(fifty)]);
  assert.equal(frames.length, 50);
  assert.ok(frames.every((f, i) => f.payload.length === i));
});

Deno.test("FrameDecoder accepts the largest payload and shrinks again", () => {
  const decoder = new FrameDecoder();
  const payload = Uint8Array.from({ length: 65535 }, (_, i) => i);
  const large = encodeFrame(-20, payload, CLIENT_VERSION);
  for (let round = 0; round < 3; round++) {
    const [got] = decodeChunks(cut(large, [1, 7, 40000]), decoder);
    assert.equal(hex(got!.payload), hex(payload));
    assert.ok(decoder.space().length <= 1024, "a resting decoder is small");
    const small = encodeFrame(-160, new Uint8Array(), CLIENT_VERSION);
    assert.equal(decodeChunks([small], decoder).length, 1);
  }
});

Deno.test("FrameDecoder enlarges its reads for busy clients, and shrinks them again", () => {
  const decoder = new FrameDecoder();
  const fill = (size: number) => {
    const space = decoder.space();
    const frame = encodeFrame(-350, new Uint8Array(size - 6));
    assert.ok(frame.length <= space.length);
    space.set(frame);
    decoder.filled(size);
    assert.equal(decoder.next(), "frame");
    assert.equal(decoder.next(), "incomplete");
    return space.length;
  };
  assert.equal(fill(512), 512);
  assert.equal(fill(2048), 2048);
  assert.equal(fill(8192), 8192);
  assert.equal(fill(32_768), 32_768, "no more than that");
  assert.equal(fill(32_768), 32_768);
  for (const size of [32_768, 8192, 2048]) {
    for (let read = 0; read < 8; read++) assert.equal(fill(100), size);
  }
  assert.equal(fill(100), 512);
});

Deno.test("FrameDecoder keeps the start of a frame behind a large one", () => {
  const decoder = new FrameDecoder();
  const stream = concat([
    encodeFrame(-20, new Uint8Array(9000).fill(7)),
    encodeFrame(-68, unhex("000f4242")),
  ]);
  const first = decodeChunks([stream.subarray(0, stream.length - 5)], decoder);
  assert.equal(first.length, 1);
  assert.equal(decoder.pending, 5);
  const second = decodeChunks([stream.subarray(stream.length - 5)], decoder);
  assert.deepEqual(text(second), ["-68 29 000f4242"]);
});

Deno.test("FrameDecoder reports a malformed header as soon as its length is too large", () => {
  const decoder = new FrameDecoder(64);
  const claim = unhex("ff9c 0047 0041");
  decoder.space().set(claim);
  decoder.filled(claim.length);
  assert.equal(decoder.next(), "malformed");
  assert.equal(decoder.next(), "malformed", "and stays so");
});

Deno.test("FrameDecoder waits for a header of six bytes", () => {
  const decoder = new FrameDecoder(0);
  assert.equal(decoder.next(), "incomplete");
  decoder.space().set(unhex("ffff ffff ff"));
  decoder.filled(5);
  assert.equal(decoder.next(), "incomplete");
});

Deno.test("decodeFrames reports the number of remaining bytes", () => {
  assert.deepEqual(decodeFrames(unhex("ff60 001d 0000 ff60 00")), {
    frames: [{ type: -160, version: 29, payload: new Uint8Array() }],
    left: 3,
  });
  assert.equal(decodeFrames(unhex("ff60 001d 0001")).left, 6);
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { hex, unhex } from "./bytes.ts";
import {
  checkVoiceFrame,
  encodeHello,
  encodeVoiceFrame,
  MAX_FRAME,
  MIN_FRAME,
  putU32,
  speakerOf,
  ssrcOf,
  timestampOf,
  VoiceDecoder,
} from "./rtp.ts";

const NETSTORM = 1000002;

function frame(size: number, uid = NETSTORM, sequence = 1): Uint8Array {
  return encodeVoiceFrame({
    sequence,
    timestamp: sequence * 640,
    uid,
    payload: new Uint8Array(size - 16).fill(sequence),
  });
}

/** Returns all that the decoder finds when the bytes arrive in these pieces. */
function decode(pieces: Iterable<Uint8Array>): string[] {
  const decoder = new VoiceDecoder();
  const found: string[] = [];
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      const space = decoder.space();
      const part = piece.subarray(at, at + space.length);
      space.set(part);
      decoder.filled(part.length);
      at += part.length;
      for (let step = decoder.next(); step !== "wait"; step = decoder.next()) {
        if (step === "hello") found.push(`hello ${decoder.gid} ${decoder.uid}`);
        if (step === "fault") found.push(`fault ${decoder.fault}`);
        if (step === "frame") {
          const end = decoder.offset + 4 + decoder.length;
          found.push(hex(decoder.buffer.subarray(decoder.offset, end)));
        }
        if (step === "broken") return [...found, "broken"];
      }
    }
  }
  return found;
}

function join(...parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function prefixed(length: number, body = new Uint8Array(length)): Uint8Array {
  const out = new Uint8Array(4 + body.length);
  putU32(out, 0, length);
  out.set(body, 4);
  return out;
}

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    pieces.push(bytes.subarray(at, at + size));
  }
  return pieces;
}

Deno.test("encodeHello() writes the room and the person big-endian", () => {
  assert.equal(hex(encodeHello(50003, 1000002)), "0000c353000f4242");
});

Deno.test("encodeVoiceFrame() lays a frame out as the client does", () => {
  const bytes = encodeVoiceFrame({
    sequence: 0x86eb,
    timestamp: 0xc8218cac,
    uid: NETSTORM,
    payload: new Uint8Array(132).fill(0xd2),
  });
  assert.equal(bytes.length, 152);
  assert.equal(
    hex(bytes.subarray(0, 17)),
    "00000094" + "800386eb" + "c8218cac" + "000f4242" + "d2",
  );
  assert.equal(hex(bytes.subarray(148)), "42420f00");
  assert.equal(speakerOf(bytes, 4, 148), NETSTORM);
  assert.equal(ssrcOf(bytes, 4), NETSTORM);
  assert.equal(timestampOf(bytes, 4), 0xc8218cac);
});

Deno.test("checkVoiceFrame() accepts frames that are safe for the client", () => {
  for (const size of [MIN_FRAME, 82, 148, 346, 709, MAX_FRAME]) {
    assert.equal(checkVoiceFrame(frame(size), 4, size), undefined);
  }
  const marked = frame(148);
  marked[5]! |= 0x80;
  assert.equal(checkVoiceFrame(marked, 4, 148), undefined);
});

Deno.test("checkVoiceFrame() refuses a length that poisons the client", () => {
  for (const size of [17, 49, 1001]) {
    assert.equal(checkVoiceFrame(frame(size), 4, size), "length");
  }
});

Deno.test("checkVoiceFrame() refuses frames that are not RTP of a known kind", () => {
  const first = (value: number) => {
    const bytes = frame(148);
    bytes[4] = value;
    return checkVoiceFrame(bytes, 4, 148);
  };
  for (const value of [0x00, 0x40, 0xc0]) assert.equal(first(value), "version");
  const kind = (value: number) => {
    const bytes = frame(148);
    bytes[5] = value;
    return checkVoiceFrame(bytes, 4, 148);
  };
  assert.equal(kind(0), undefined);
  assert.equal(kind(12), undefined);
  assert.equal(kind(13), "payload-type");
  assert.equal(kind(0x1f), "payload-type");
});

Deno.test("checkVoiceFrame() refuses headers and padding that leave no payload", () => {
  const bytes = frame(50);
  bytes[4] = 0x8f; // 15 sources of 4 bytes: more than there is
  assert.equal(checkVoiceFrame(bytes, 4, 50), "payload");
  bytes[4] = 0xa0; // padding
  bytes[4 + 45] = 200;
  assert.equal(checkVoiceFrame(bytes, 4, 50), "payload");
  bytes[4 + 45] = 4;
  assert.equal(checkVoiceFrame(bytes, 4, 50), undefined);
  bytes[4] = 0x90; // an extension that claims 65535 words
  bytes[4 + 14] = bytes[4 + 15] = 0xff;
  assert.equal(checkVoiceFrame(bytes, 4, 50), "payload");
});

Deno.test("VoiceDecoder finds the same in a stream however it is cut", () => {
  const stream = join(
    encodeHello(50001, NETSTORM),
    frame(148, NETSTORM, 1),
    prefixed(49),
    frame(346, NETSTORM, 2),
    prefixed(1001, new Uint8Array(1001).fill(0x80)),
    frame(1000, NETSTORM, 3),
    prefixed(0),
    prefixed(148),
    encodeHello(50002, NETSTORM),
    frame(50, NETSTORM, 4),
    // Room 600, for new users: its number could be a length.
    encodeHello(600, NETSTORM),
    frame(600, NETSTORM, 5),
  );
  const whole = decode([stream]);
  assert.deepEqual(whole, [
    "hello 50001 1000002",
    hex(frame(148, NETSTORM, 1)),
    "fault length",
    hex(frame(346, NETSTORM, 2)),
    "fault length",
    hex(frame(1000, NETSTORM, 3)),
    "fault length",
    "fault version",
    "hello 50002 1000002",
    hex(frame(50, NETSTORM, 4)),
    "hello 600 1000002",
    hex(frame(600, NETSTORM, 5)),
  ]);
  fc.assert(fc.property(fc.integer({ min: 1, max: 3000 }), (size) => {
    assert.deepEqual(decode(cut(stream, size)), whole);
  }));
});

Deno.test("VoiceDecoder extracts fifty frames from one segment", () => {
  const frames = Array.from({ length: 50 }, (_, i) => frame(148, NETSTORM, i));
  const found = decode([join(encodeHello(50001, NETSTORM), ...frames)]);
  assert.deepEqual(found.slice(1), frames.map(hex));
});

Deno.test("VoiceDecoder breaks on a first word that can be neither", () => {
  const good = encodeHello(50001, NETSTORM);
  assert.deepEqual(decode([join(good, unhex("800386eb"))]).at(-1), "broken");
  assert.deepEqual(decode([encodeHello(0, NETSTORM)]), ["broken"]);
  assert.deepEqual(decode([encodeHello(70000, NETSTORM)]), ["broken"]);
  assert.deepEqual(decode([encodeHello(50001, 50000001)]), ["broken"]);
  assert.deepEqual(decode([new TextEncoder().encode("GET / HTTP/1.1")]), [
    "broken",
  ]);
});

Deno.test("VoiceDecoder only returns valid frames", () => {
  const chunk = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 1200 }),
    fc.integer({ min: 50, max: 1000 }).map((size) => frame(size)),
    fc.integer({ min: 0, max: 1100 }).map((size) => prefixed(size)),
  );
  fc.assert(fc.property(fc.array(chunk, { maxLength: 20 }), (chunks) => {
    for (const found of decode([encodeHello(50001, NETSTORM), ...chunks])) {
      if (/^[a-z]/.test(found) && !/^[0-9a-f]{100,}$/.test(found)) continue;
      const bytes = unhex(found);
      assert.equal(checkVoiceFrame(bytes, 4, bytes.length - 4), undefined);
    }
  }));
});

Deno.test("encodeVoiceFrame() and VoiceDecoder are exact opposites", () => {
  fc.assert(fc.property(
    fc.record({
      sequence: fc.integer({ min: 0, max: 65535 }),
      timestamp: fc.integer({ min: 0, max: 0xffffffff }),
      uid: fc.integer({ min: 2, max: 50_000_000 }),
      payload: fc.uint8Array({ minLength: 34, maxLength: 984 }),
      payloadType: fc.integer({ min: 0, max: 12 }),
    }),
    (voice) => {
      const bytes = encodeVoiceFrame(voice);
      assert.deepEqual(decode([encodeHello(1, 2), bytes]), [
        "hello 1 2",
        hex(bytes),
      ]);
      assert.equal(speakerOf(bytes, 4, bytes.length - 4), voice.uid);
      assert.equal(ssrcOf(bytes, 4), voice.uid);
    },
  ));
});

/**
 * Properties that every decoder must have for any input: it throws only the
 * documented errors, never reads beyond its input, gives the same result
 * however a stream is split, and can encode and decode again whatever it has
 * decoded.
 *
 * @module
 */
import assert from "node:assert/strict";
import { hex } from "../../lib/protocol/bytes.ts";
import { decodeDigits, keyOffset } from "../../lib/protocol/challenge.ts";
import {
  type AnyPacket,
  CLIENT_CODECS,
  SERVER_CODECS,
} from "../../lib/protocol/codecs.ts";
import {
  decodeFrames,
  encodeFrame,
  FrameDecoder,
  HEADER_BYTES,
} from "../../lib/protocol/frame.ts";
import { hazardIn } from "../../lib/protocol/hazards.ts";
import { Malformed } from "../../lib/protocol/layout.ts";
import {
  encodeRecord,
  parseList,
  parseRecord,
} from "../../lib/protocol/records.ts";
import { checkVoiceFrame, VoiceDecoder } from "../../lib/protocol/rtp.ts";
import { decodeText, encodeText } from "../../lib/protocol/windows1252.ts";
import {
  decodeCounter,
  encodeCounter,
  encodeRequest,
  INCOMPLETE,
  MAX_HEAD_BYTES,
  NOT_A_REQUEST,
  readRequest,
} from "../../lib/protocol/video_port.ts";
import { pictureFault } from "../../lib/video/jpeg.ts";
import { makePicture } from "../../lib/video/sample_picture.ts";
import type { Corpus } from "./corpus.ts";
import { mutate } from "./mutate.ts";
import type { Random } from "./random.ts";

export interface Decoder {
  readonly name: string;
  /** Throws when a property is violated. */
  check(input: Uint8Array, random: Random): void;
}

/**
 * Returns the input as a view into a larger buffer that must stay unchanged.
 */
function embedded(input: Uint8Array): { view: Uint8Array; around: Uint8Array } {
  const around = new Uint8Array(input.length + 32).fill(0xa5);
  around.set(input, 16);
  return { view: around.subarray(16, 16 + input.length), around };
}

function codecLaws(codec: AnyPacket): Decoder {
  return {
    name: codec.name,
    check(input) {
      const { view, around } = embedded(input);
      const before = hex(around);
      let excess = 0;
      const value = codec.parse(view, (bytes) => excess += bytes);
      assert.equal(hex(around), before, "the input was changed");
      assert.ok(excess >= 0 && excess <= input.length);
      if (value instanceof Malformed) return;
      // The first cleaning may shorten a value; a second one must change
      // nothing.
      const first = written(codec, value);
      if (first === undefined) return;
      const second = written(codec, understood(codec, first));
      const third = second && written(codec, understood(codec, second));
      assert.equal(
        third && hex(third),
        second && hex(second),
        "written differently the third time",
      );
    },
  };
}

/** Encodes a value; undefined when it is longer than a packet may be. */
function written(codec: AnyPacket, value: unknown): Uint8Array | undefined {
  try {
    return codec.frame(value);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function understood(codec: AnyPacket, frame: Uint8Array): unknown {
  const value = codec.parse(frame.slice(HEADER_BYTES));
  assert.ok(
    !(value instanceof Malformed),
    `not understood again: ${hex(frame)}`,
  );
  return value;
}

/**
 * Checks that a stream in pieces of any size gives the same result as in one
 * piece.
 */
function inPieces(
  input: Uint8Array,
  random: Random,
  feed: (piece: Uint8Array) => void,
): void {
  for (let at = 0; at < input.length;) {
    const size = 1 + random.below(random.oneIn(3) ? 3 : 400);
    feed(input.subarray(at, at + size));
    at += size;
  }
}

const frames: Decoder = {
  name: "FrameDecoder",
  check(input, random) {
    const decoder = new FrameDecoder();
    const got: string[] = [];
    inPieces(input, random, (piece) => {
      for (let at = 0; at < piece.length;) {
        const space = decoder.space();
        assert.ok(space.length > 0);
        const size = Math.min(space.length, piece.length - at);
        space.set(piece.subarray(at, at + size));
        decoder.filled(size);
        at += size;
        while (decoder.next() === "frame") {
          got.push(
            `${decoder.type} ${decoder.version} ${hex(decoder.payload())}`,
          );
        }
      }
    });
    const whole = decodeFrames(input);
    assert.deepEqual(
      got,
      whole.frames.map(({ type, version, payload }) =>
        `${type} ${version} ${hex(payload)}`
      ),
    );
    assert.equal(decoder.pending, whole.left);
  },
};

function voiceSteps(pieces: Uint8Array[]): string[] {
  const decoder = new VoiceDecoder();
  const steps: string[] = [];
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      const space = decoder.space();
      assert.ok(space.length > 0);
      const size = Math.min(space.length, piece.length - at);
      space.set(piece.subarray(at, at + size));
      decoder.filled(size);
      at += size;
      for (;;) {
        const step = decoder.next();
        if (step === "wait") break;
        if (step === "broken") return [...steps, step];
        if (step === "hello") steps.push(`hello ${decoder.gid} ${decoder.uid}`);
        else if (step === "fault") steps.push(`fault ${decoder.fault}`);
        else {
          const { buffer, offset, length } = decoder;
          assert.equal(checkVoiceFrame(buffer, offset + 4, length), undefined);
          steps.push(
            `frame ${hex(buffer.subarray(offset, offset + 4 + length))}`,
          );
        }
      }
    }
  }
  return steps;
}

const voice: Decoder = {
  name: "VoiceDecoder",
  check(input, random) {
    const pieces: Uint8Array[] = [];
    inPieces(input, random, (piece) => pieces.push(piece));
    assert.deepEqual(voiceSteps(pieces), voiceSteps([input]));
  },
};

const records: Decoder = {
  name: "records",
  check(input) {
    for (const fields of [...parseList(input), parseRecord(input)]) {
      const again = parseRecord(encodeRecord([...fields]));
      // Keys come from us; values come from the input.
      for (const value of again.values()) {
        assert.ok(!/[\n\u00c8=]/.test(value), value);
      }
    }
  },
};

const texts: Decoder = {
  name: "Windows-1252",
  check(input) {
    assert.equal(hex(encodeText(decodeText(input))), hex(input));
  },
};

const passwords: Decoder = {
  name: "challenge",
  check(input, random) {
    const offset = random.oneIn(2) ? keyOffset(input) : random.below(343);
    const clear = decodeDigits(decodeText(input), offset, 1);
    assert.ok(clear === undefined || 4 * clear.length === input.length);
  },
};

/** The video port's reader of requests, for any start of a connection. */
const videoRequests: Decoder = {
  name: "readRequest",
  check(input) {
    const { view, around } = embedded(input);
    const before = hex(around);
    const read = readRequest(view);
    assert.equal(hex(around), before, "the input was changed");
    if (read === INCOMPLETE) {
      assert.ok(input.length < MAX_HEAD_BYTES, "it never decides");
    } else if (read !== NOT_A_REQUEST) {
      assert.ok(read.bytes <= input.length && read.bytes <= MAX_HEAD_BYTES);
      const again = readRequest(encodeRequest(read.request));
      assert.deepEqual(
        typeof again === "object" && again.request,
        read.request,
      );
    }
  },
};

const counters: Decoder = {
  name: "decodeCounter",
  check(input, random) {
    const offset = random.below(400) - 20;
    const digits = decodeText(input);
    const counter = decodeCounter(digits, offset);
    if (counter === undefined) return;
    const clear = decodeDigits(digits, offset, 1);
    assert.equal(Number(decodeText(clear!)), counter);
  },
};

const pictures: Decoder = {
  name: "pictureFault",
  check(input) {
    const { view, around } = embedded(input);
    const before = hex(around);
    const fault = pictureFault(view);
    assert.equal(hex(around), before, "the input was changed");
    // A valid picture cut down to two bytes must be faulty.
    if (fault !== undefined) return;
    assert.ok(pictureFault(view.subarray(0, 2)) !== undefined);
  },
};

const hazards: Decoder = {
  name: "hazards",
  check(input, random) {
    const { type } = random.pick(SERVER_CODECS);
    hazardIn(type, input);
    if (input.length < 32_000) decodeFrames(encodeFrame(type, input));
  },
};

export const DECODERS: readonly Decoder[] = [
  frames,
  voice,
  records,
  texts,
  passwords,
  hazards,
  videoRequests,
  counters,
  pictures,
  ...CLIENT_CODECS.map(codecLaws),
  ...SERVER_CODECS.map(codecLaws),
];

/** Returns an input that is close to what these decoders accept. */
function ownBase({ name }: Decoder, random: Random): Uint8Array | undefined {
  const digits = encodeCounter(random.below(100_000), random.below(331));
  switch (name) {
    case "readRequest":
      return encodeRequest(random.pick([
        { kind: "fetch", publisher: 1_000_002, viewer: 1_000_003, digits },
        { kind: "picture", uid: 1_000_002, digits, size: 4000 },
        { kind: "publisher hello", uid: 1_000_002 },
        { kind: "viewer hello", publisher: 1_000_002, viewer: 1_000_003 },
      ]));
    case "decodeCounter":
      return encodeText(digits);
    case "pictureFault":
      return makePicture({ width: 16, height: 16, size: 0 });
    default:
      return undefined;
  }
}

/** Runs all decoders. Returns the first violation, if any. */
export function fuzzDecoders(
  inputs: number,
  random: Random,
  corpus: Corpus,
): string | undefined {
  for (let n = 0; n < inputs; n++) {
    const decoder = random.pick(DECODERS);
    const { type, payload } = random.pick(corpus.frames);
    const base = decoder.name === "VoiceDecoder"
      ? random.pick(corpus.voice)
      : decoder.name === "FrameDecoder"
      ? encodeFrame(type, payload)
      : ownBase(decoder, random) ?? payload;
    const input = random.oneIn(10)
      ? random.bytes(random.below(120))
      : mutate(base, random);
    try {
      decoder.check(input, random);
    } catch (error) {
      const why = error instanceof Error ? error.stack : `${error}`;
      return `${decoder.name} with ${hex(input)}\n${why}`;
    }
  }
  return undefined;
}

/**
 * The frame decoder alone, which keeps offsets into one buffer, compared with
 * joining chunks as the earlier server did.
 *
 * @module
 */
import {
  encodeFrame,
  FrameDecoder,
  HEADER_BYTES,
} from "../../../lib/protocol/frame.ts";
import { VoiceDecoder } from "../../../lib/protocol/rtp.ts";
import { encodeHello, encodeVoiceFrame } from "../../../lib/protocol/rtp.ts";
import { concat } from "../../../lib/protocol/bytes.ts";
import type { Bench } from "../rig/options.ts";
import { type Measured, measured, type Row } from "../rig/report.ts";

/** Decodes a chunk and returns the number of frames that it completed. */
type Decode = (chunk: Uint8Array) => number;

function inPlace(): Decode {
  const decoder = new FrameDecoder();
  return (chunk) => {
    let frames = 0;
    for (let at = 0; at < chunk.length;) {
      const space = decoder.space();
      const count = Math.min(space.length, chunk.length - at);
      space.set(chunk.subarray(at, at + count));
      decoder.filled(count);
      at += count;
      while (decoder.next() === "frame") frames++;
    }
    return frames;
  };
}

/** The same, but also reads the payload, as dispatch does. */
function withPayload(): Decode {
  const decoder = new FrameDecoder();
  return (chunk) => {
    let frames = 0;
    for (let at = 0; at < chunk.length;) {
      const space = decoder.space();
      const count = Math.min(space.length, chunk.length - at);
      space.set(chunk.subarray(at, at + count));
      decoder.filled(count);
      at += count;
      while (decoder.next() === "frame") {
        if (decoder.payload().length >= 0) frames++;
      }
    }
    return frames;
  };
}

function joining(): Decode {
  let held: Uint8Array = new Uint8Array();
  return (chunk) => {
    let frames = 0;
    held = concat([held, chunk]);
    while (held.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + (held[4]! << 8 | held[5]!);
      if (held.length < end) break;
      held = held.slice(end);
      frames++;
    }
    return frames;
  };
}

function voice(): Decode {
  const decoder = new VoiceDecoder();
  decoder.space().set(encodeHello(50_001, 1_000_002));
  decoder.filled(8);
  decoder.next();
  return (chunk) => {
    let frames = 0;
    for (let at = 0; at < chunk.length;) {
      const space = decoder.space();
      const count = Math.min(space.length, chunk.length - at);
      space.set(chunk.subarray(at, at + count));
      decoder.filled(count);
      at += count;
      while (decoder.next() === "frame") frames++;
    }
    return frames;
  };
}

const chat = (size: number) => encodeFrame(-350, new Uint8Array(size), 71);
const sound = encodeVoiceFrame({
  sequence: 1,
  timestamp: 640,
  uid: 1_000_002,
  payload: new Uint8Array(132),
});

export const decoder: Bench = {
  name: "decoder",
  about: "the frame decoder alone, nanoseconds a frame",
  run({ rounds, ms, quick }) {
    const rows: Row[] = [];
    const chunks = quick ? [1024] : [256, 1024, 16_384];
    for (const size of [64, 1000]) {
      const frame = chat(size);
      for (const chunk of chunks) {
        const variants = [
          ["in place", inPlace],
          ["in place, payload", withPayload],
          ["joining chunks", joining],
        ] as const;
        for (const [variant, make] of variants) {
          rows.push({
            variant,
            parameters: { payload: size, chunk },
            values: run(rounds, ms / rounds, frame, chunk, make),
          });
        }
      }
    }
    for (const chunk of chunks) {
      rows.push({
        variant: "voice, checked",
        parameters: { payload: 148, chunk },
        values: run(rounds, ms / rounds, sound, chunk, voice),
      });
    }
    return Promise.resolve({ rows });
  },
};

/** Decodes a stream of equal frames in chunks for some milliseconds. */
function run(
  rounds: number,
  ms: number,
  frame: Uint8Array,
  chunk: number,
  make: () => Decode,
): Record<string, Measured> {
  // A length that is a whole number of frames and of chunks.
  const stream = concat(Array.from({ length: chunk }, () => frame));
  const cuts: Uint8Array[] = [];
  for (let at = 0; at < stream.length; at += chunk) {
    cuts.push(stream.subarray(at, at + chunk));
  }
  const costs: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const decode = make();
    let frames = 0;
    const began = performance.now();
    let took = 0;
    for (let i = 0; took < ms; i++) {
      frames += decode(cuts[i % cuts.length]!);
      if (i % 64 === 0) took = performance.now() - began;
    }
    took = performance.now() - began;
    // The first round only lets V8 compile the code.
    if (round > 0) costs.push(1e6 * took / frames);
  }
  return {
    "ns per frame": measured(costs),
    "GB/s": measured(costs.map((ns) => frame.length / ns)),
  };
}

/**
 * The GSM codec alone: CPU time per 20 ms of speech, for encoding and decoding.
 *
 * @module
 */
import {
  GsmDecoder,
  GsmEncoder,
  SAMPLES_PER_FRAME,
} from "../../../lib/codec/gsm.ts";
import { SIGNALS } from "../../../tests/support/signals.ts";
import type { Bench } from "../rig/options.ts";
import { measured, type Row } from "../rig/report.ts";

const FRAMES = 200;
/** Duration of one frame in microseconds. */
const FRAME_US = 20_000;

export const codec: Bench = {
  name: "codec",
  about: "the GSM codec alone, microseconds for 20 ms of sound",
  run({ rounds, ms, quick }) {
    const names = quick ? ["speech"] : ["speech", "noise", "silence"];
    const rows: Row[] = [];
    for (const name of names) {
      const samples = SIGNALS[name]!(FRAMES * SAMPLES_PER_FRAME);
      const parts = Array.from({ length: FRAMES }, (_, i) => {
        const at = i * SAMPLES_PER_FRAME;
        return samples.subarray(at, at + SAMPLES_PER_FRAME);
      });
      const encoder = new GsmEncoder();
      const frames = parts.map((part) => encoder.encode(part));
      const decoder = new GsmDecoder();
      rows.push(
        row("encode", name, rounds, ms, (i) => encoder.encode(parts[i]!)),
        row("decode", name, rounds, ms, (i) => decoder.decode(frames[i]!)),
      );
    }
    return Promise.resolve({ rows });
  },
};

function row(
  variant: string,
  signal: string,
  rounds: number,
  ms: number,
  work: (frame: number) => unknown,
): Row {
  const costs: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const began = performance.now();
    let [frames, took] = [0, 0];
    while (took < ms / rounds) {
      for (let i = 0; i < FRAMES; i++) work(i);
      frames += FRAMES;
      took = performance.now() - began;
    }
    // The first round only lets V8 compile the code.
    if (round > 0) costs.push(1000 * took / frames);
  }
  return {
    variant,
    parameters: { signal },
    values: {
      "us per frame": measured(costs),
      "% of a core": measured(costs.map((us) => 100 * us / FRAME_US)),
    },
  };
}

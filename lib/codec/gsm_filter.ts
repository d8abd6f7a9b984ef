/**
 * The short-term filter of GSM 06.10: eight reflection coefficients, sent as
 * quantised log-area ratios (sections 5.2.4 to 5.2.10 of the standard).
 *
 * @module
 */
import {
  divide,
  headroom,
  magnitude,
  mult,
  multRound,
  saturate,
} from "./gsm_arithmetic.ts";
import { COEFFICIENTS } from "./gsm_frame.ts";
import { SAMPLES_PER_FRAME } from "./gsm_tables.ts";

const SCALES = [20480, 20480, 20480, 20480, 13964, 15360, 8534, 9036];
const INVERSE_SCALES = [13107, 13107, 13107, 13107, 19223, 17476, 31454, 29708];
const OFFSETS = [0, 0, 2048, -2560, 94, -1792, -341, -1144];
const LOWEST = [-32, -32, -16, -16, -8, -8, -4, -4];
const HIGHEST = [31, 31, 15, 15, 7, 7, 3, 3];

/** Chooses the coefficients for a frame of samples, in quantised form. */
export function analyse(samples: Int16Array, ratios: Uint8Array): void {
  const reflections = reflect(autocorrelate(samples));
  for (let i = 0; i < COEFFICIENTS; i++) {
    const scaled = saturate(
      mult(SCALES[i]!, logAreaRatio(reflections[i]!)) + OFFSETS[i]!,
    );
    const step = saturate(scaled + 256) >> 9;
    const kept = Math.min(Math.max(step, LOWEST[i]!), HIGHEST[i]!);
    ratios[i] = kept - LOWEST[i]!;
  }
}

/** Returns nine autocorrelation sums; scales `samples` as the standard does. */
function autocorrelate(samples: Int16Array): Int32Array {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, magnitude(sample));
  const shift = peak === 0 ? 0 : Math.max(0, 4 - headroom(peak << 16));
  if (shift > 0) {
    const factor = 16384 >> (shift - 1);
    for (let i = 0; i < samples.length; i++) {
      samples[i] = multRound(samples[i]!, factor);
    }
  }
  const sums = new Int32Array(COEFFICIENTS + 1);
  for (let lag = 0; lag <= COEFFICIENTS; lag++) {
    let sum = 0;
    for (let i = lag; i < SAMPLES_PER_FRAME; i++) {
      sum += Math.imul(samples[i]!, samples[i - lag]!);
    }
    sums[lag] = sum << 1;
  }
  if (shift > 0) {
    for (let i = 0; i < samples.length; i++) samples[i]! <<= shift;
  }
  return sums;
}

/** Returns reflection coefficients by the Schur recursion. */
function reflect(sums: Int32Array): Int16Array {
  const reflections = new Int16Array(COEFFICIENTS);
  if (sums[0] === 0) return reflections;
  const shift = headroom(sums[0]!);
  const p = Int16Array.from(sums, (sum) => (sum << shift) >> 16);
  const k = p.slice();
  for (let n = 0; n < COEFFICIENTS; n++) {
    const size = magnitude(p[1]!);
    if (p[0]! < size) return reflections;
    const quotient = divide(size, p[0]!);
    const reflection = p[1]! > 0 ? -quotient : quotient;
    reflections[n] = reflection;
    p[0] = saturate(p[0]! + multRound(p[1]!, reflection));
    for (let m = 1; m < COEFFICIENTS - n; m++) {
      const next = p[m + 1]!;
      p[m] = saturate(next + multRound(k[m]!, reflection));
      k[m] = saturate(k[m]! + multRound(next, reflection));
    }
  }
  return reflections;
}

function logAreaRatio(reflection: number): number {
  const size = magnitude(reflection);
  const ratio = size < 22118
    ? size >> 1
    : size < 31130
    ? size - 11059
    : (size - 26112) << 2;
  return reflection < 0 ? -ratio : ratio;
}

/** Where in the frame each interpolated set of coefficients ends. */
const SECTION_ENDS = [13, 27, 40, SAMPLES_PER_FRAME];

/**
 * Interpolates the coefficients between frames: the first 40 samples use
 * mixtures of the previous frame's set and the new one.
 */
export class Coefficients {
  #last = new Int16Array(COEFFICIENTS);
  #now = new Int16Array(COEFFICIENTS);
  readonly #set = new Int16Array(COEFFICIENTS);

  /** Takes the quantised ratios of the next frame. */
  next(ratios: Uint8Array): void {
    [this.#last, this.#now] = [this.#now, this.#last];
    for (let i = 0; i < COEFFICIENTS; i++) {
      const step = (ratios[i]! + LOWEST[i]!) << 10;
      const scaled = multRound(
        INVERSE_SCALES[i]!,
        saturate(step - (OFFSETS[i]! << 1)),
      );
      this.#now[i] = saturate(scaled + scaled);
    }
  }

  /** Calls `use` with the coefficients of each section and its bounds. */
  sections(
    use: (coefficients: Int16Array, from: number, to: number) => void,
  ): void {
    let from = 0;
    for (let section = 0; section < SECTION_ENDS.length; section++) {
      for (let i = 0; i < COEFFICIENTS; i++) {
        this.#set[i] = reflectionOf(this.#ratio(section, i));
      }
      const to = SECTION_ENDS[section]!;
      use(this.#set, from, to);
      from = to;
    }
  }

  #ratio(section: number, i: number): number {
    const [last, now] = [this.#last[i]!, this.#now[i]!];
    switch (section) {
      case 0:
        return saturate(saturate((last >> 2) + (now >> 2)) + (last >> 1));
      case 1:
        return saturate((last >> 1) + (now >> 1));
      case 2:
        return saturate(saturate((last >> 2) + (now >> 2)) + (now >> 1));
      default:
        return now;
    }
  }
}

function reflectionOf(ratio: number): number {
  const size = magnitude(ratio);
  const reflection = size < 11059
    ? size << 1
    : size < 20070
    ? size + 11059
    : saturate((size >> 2) + 26112);
  return ratio < 0 ? -reflection : reflection;
}

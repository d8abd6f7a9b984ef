/**
 * Encodes speech as GSM 06.10 full rate (ETSI EN 300 961, section 5.2).
 *
 * @module
 */
import {
  headroom,
  magnitude,
  mult,
  multRound,
  saturate,
} from "./gsm_arithmetic.ts";
import { decodePulses, encodePulses } from "./gsm_excitation.ts";
import { analyse, Coefficients } from "./gsm_filter.ts";
import {
  COEFFICIENTS,
  newParameters,
  packFrame,
  SUBFRAME_PARAMETERS,
  SUBFRAMES,
} from "./gsm_frame.ts";
import {
  GAIN_LEVELS,
  GAINS,
  LONGEST_LAG,
  SAMPLES_PER_FRAME,
  SHORTEST_LAG,
  SUBFRAME_SAMPLES,
} from "./gsm_tables.ts";

/** Encodes one direction of one conversation; frames depend on their past. */
export class GsmEncoder {
  readonly #samples = new Int16Array(SAMPLES_PER_FRAME);
  readonly #parameters = newParameters();
  readonly #coefficients = new Coefficients();
  readonly #lattice = new Int16Array(COEFFICIENTS);
  /** The last 120 samples of the coded residual, then those being coded. */
  readonly #past = new Int16Array(LONGEST_LAG + SUBFRAME_SAMPLES);
  readonly #predicted = new Int16Array(SUBFRAME_SAMPLES);
  readonly #residual = new Int16Array(SUBFRAME_SAMPLES);
  readonly #excitation = new Int16Array(SUBFRAME_SAMPLES);
  #offsetLast = 0;
  #offsetSum = 0;
  #emphasisLast = 0;

  /** Encodes exactly 160 samples at 8 kHz into 33 bytes. */
  encode(samples: Int16Array): Uint8Array {
    if (samples.length !== SAMPLES_PER_FRAME) {
      throw new RangeError(
        `A GSM frame takes ${SAMPLES_PER_FRAME} samples, not ${samples.length}.`,
      );
    }
    this.#prepare(samples);
    const ratios = this.#parameters.subarray(0, COEFFICIENTS);
    analyse(this.#samples, ratios);
    this.#coefficients.next(ratios);
    this.#coefficients.sections((set, from, to) => this.#filter(set, from, to));
    for (let part = 0; part < SUBFRAMES; part++) this.#encodeSubframe(part);
    return packFrame(this.#parameters);
  }

  /** Scales to 13 bits, removes the offset and emphasises high frequencies. */
  #prepare(samples: Int16Array): void {
    for (let i = 0; i < SAMPLES_PER_FRAME; i++) {
      const scaled = (samples[i]! >> 3) << 2;
      const change = scaled - this.#offsetLast;
      this.#offsetLast = scaled;
      const high = this.#offsetSum >> 15;
      const low = this.#offsetSum - (high << 15);
      this.#offsetSum = saturate32(
        Math.imul(high, 32735) + (change << 15) + multRound(low, 32735),
      );
      const level = saturate32(this.#offsetSum + 16384) >> 15;
      this.#samples[i] = saturate(
        level + multRound(this.#emphasisLast, -28180),
      );
      this.#emphasisLast = level;
    }
  }

  /** Replaces samples by the residual of the short-term filter. */
  #filter(set: Int16Array, from: number, to: number): void {
    const lattice = this.#lattice;
    for (let k = from; k < to; k++) {
      let rest = this.#samples[k]!;
      let carried = rest;
      for (let i = 0; i < COEFFICIENTS; i++) {
        const [delayed, coefficient] = [lattice[i]!, set[i]!];
        lattice[i] = carried;
        carried = saturate(delayed + multRound(coefficient, rest));
        rest = saturate(rest + multRound(coefficient, delayed));
      }
      this.#samples[k] = rest;
    }
  }

  #encodeSubframe(part: number): void {
    const at = COEFFICIENTS + part * SUBFRAME_PARAMETERS;
    const parameters = this.#parameters.subarray(at, at + SUBFRAME_PARAMETERS);
    const start = part * SUBFRAME_SAMPLES;
    const wanted = this.#samples.subarray(start, start + SUBFRAME_SAMPLES);
    const past = this.#past;
    const { lag, gain } = choosePitch(wanted, past);
    parameters[0] = lag;
    parameters[1] = gain;
    for (let k = 0; k < SUBFRAME_SAMPLES; k++) {
      const predicted = multRound(GAINS[gain]!, past[LONGEST_LAG + k - lag]!);
      this.#predicted[k] = predicted;
      this.#residual[k] = saturate(wanted[k]! - predicted);
    }
    encodePulses(this.#residual, parameters);
    decodePulses(parameters, this.#excitation);
    for (let k = 0; k < SUBFRAME_SAMPLES; k++) {
      past[LONGEST_LAG + k] = saturate(
        this.#excitation[k]! + this.#predicted[k]!,
      );
    }
    past.copyWithin(0, SUBFRAME_SAMPLES);
  }
}

/**
 * Finds the lag at which earlier samples resemble this subframe most, and the
 * gain.
 */
function choosePitch(
  wanted: Int16Array,
  past: Int16Array,
): { lag: number; gain: number } {
  let peak = 0;
  for (const sample of wanted) peak = Math.max(peak, magnitude(sample));
  const room = peak === 0 ? 0 : headroom(peak << 16);
  const shift = peak === 0 || room > 6 ? 0 : 6 - room;
  const scaled = wanted.map((sample) => sample >> shift);
  let [lag, best] = [SHORTEST_LAG, 0];
  for (let candidate = SHORTEST_LAG; candidate <= LONGEST_LAG; candidate++) {
    const offset = LONGEST_LAG - candidate;
    let sum = 0;
    for (let k = 0; k < SUBFRAME_SAMPLES; k++) {
      sum += Math.imul(scaled[k]!, past[offset + k]!);
    }
    if (sum > best) [lag, best] = [candidate, sum];
  }
  const likeness = (best << 1) >> (6 - shift);
  return { lag, gain: chooseGain(likeness, powerAt(past, lag)) };
}

function powerAt(past: Int16Array, lag: number): number {
  let power = 0;
  for (let k = 0; k < SUBFRAME_SAMPLES; k++) {
    const sample = past[LONGEST_LAG + k - lag]! >> 3;
    power += Math.imul(sample, sample);
  }
  return power << 1;
}

function chooseGain(likeness: number, power: number): number {
  if (likeness <= 0) return 0;
  if (likeness >= power) return GAIN_LEVELS.length;
  const shift = headroom(power);
  const wanted = (likeness << shift) >> 16;
  const whole = (power << shift) >> 16;
  const gain = GAIN_LEVELS.findIndex((level) => wanted <= mult(whole, level));
  return gain < 0 ? GAIN_LEVELS.length : gain;
}

function saturate32(value: number): number {
  return value > 0x7fffffff
    ? 0x7fffffff
    : value < -0x80000000
    ? -0x80000000
    : value;
}

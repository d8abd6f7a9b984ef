/**
 * Decodes GSM 06.10 full rate (ETSI EN 300 961, section 5.3).
 *
 * @module
 */
import { multRound, saturate } from "./gsm_arithmetic.ts";
import { decodePulses } from "./gsm_excitation.ts";
import { Coefficients } from "./gsm_filter.ts";
import {
  COEFFICIENTS,
  newParameters,
  SUBFRAME_PARAMETERS,
  SUBFRAMES,
  unpackFrame,
} from "./gsm_frame.ts";
import {
  GAINS,
  LONGEST_LAG,
  SAMPLES_PER_FRAME,
  SHORTEST_LAG,
  SUBFRAME_SAMPLES,
} from "./gsm_tables.ts";

/**
 * Decodes one direction of one conversation. Each frame depends on earlier
 * ones.
 */
export class GsmDecoder {
  readonly #parameters = newParameters();
  readonly #coefficients = new Coefficients();
  readonly #lattice = new Int16Array(COEFFICIENTS + 1);
  /** The last 120 samples of the residual, then those being decoded. */
  readonly #past = new Int16Array(LONGEST_LAG + SUBFRAME_SAMPLES);
  readonly #excitation = new Int16Array(SUBFRAME_SAMPLES);
  #lag = SHORTEST_LAG;
  #emphasisLast = 0;

  /**
   * Decodes 33 bytes into 160 samples at 8 kHz. Returns undefined, with
   * nothing changed, for bytes that are not a frame.
   */
  decode(frame: Uint8Array): Int16Array | undefined {
    if (!unpackFrame(frame, this.#parameters)) return undefined;
    const samples = new Int16Array(SAMPLES_PER_FRAME);
    for (let part = 0; part < SUBFRAMES; part++) {
      this.#decodeSubframe(part);
      samples.set(
        this.#past.subarray(LONGEST_LAG - SUBFRAME_SAMPLES, LONGEST_LAG),
        part * SUBFRAME_SAMPLES,
      );
    }
    this.#coefficients.next(this.#parameters.subarray(0, COEFFICIENTS));
    this.#coefficients.sections((set, from, to) =>
      this.#filter(samples, set, from, to)
    );
    this.#finish(samples);
    return samples;
  }

  #decodeSubframe(part: number): void {
    const at = COEFFICIENTS + part * SUBFRAME_PARAMETERS;
    const parameters = this.#parameters.subarray(at, at + SUBFRAME_PARAMETERS);
    decodePulses(parameters, this.#excitation);
    const lag = parameters[0]!;
    if (lag >= SHORTEST_LAG && lag <= LONGEST_LAG) this.#lag = lag;
    const gain = GAINS[parameters[1]!]!;
    const past = this.#past;
    for (let k = 0; k < SUBFRAME_SAMPLES; k++) {
      const predicted = multRound(gain, past[LONGEST_LAG + k - this.#lag]!);
      past[LONGEST_LAG + k] = saturate(this.#excitation[k]! + predicted);
    }
    past.copyWithin(0, SUBFRAME_SAMPLES);
  }

  /** Replaces the residual with the output of the short-term filter. */
  #filter(
    samples: Int16Array,
    set: Int16Array,
    from: number,
    to: number,
  ): void {
    const lattice = this.#lattice;
    for (let k = from; k < to; k++) {
      let sample = samples[k]!;
      for (let i = COEFFICIENTS - 1; i >= 0; i--) {
        const [coefficient, delayed] = [set[i]!, lattice[i]!];
        sample = saturate(sample - multRound(coefficient, delayed));
        lattice[i + 1] = saturate(delayed + multRound(coefficient, sample));
      }
      lattice[0] = sample;
      samples[k] = sample;
    }
  }

  /** Undoes the emphasis and scales back from 13 bits. */
  #finish(samples: Int16Array): void {
    for (let k = 0; k < SAMPLES_PER_FRAME; k++) {
      const level = saturate(
        samples[k]! + multRound(this.#emphasisLast, 28180),
      );
      this.#emphasisLast = level;
      samples[k] = saturate(level + level) & ~7;
    }
  }
}

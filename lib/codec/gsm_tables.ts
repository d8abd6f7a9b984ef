/**
 * Lengths and tables that both directions of GSM 06.10 use.
 *
 * @module
 */
import { SUBFRAMES } from "./gsm_frame.ts";

/** Samples per second. */
export const SAMPLE_RATE = 8000;

/** Samples of one frame: 20 ms. */
export const SAMPLES_PER_FRAME = 160;

/** Samples of one subframe. */
export const SUBFRAME_SAMPLES = SAMPLES_PER_FRAME / SUBFRAMES;

/** The shortest and the longest pitch lag, in samples. */
export const SHORTEST_LAG = 40;
export const LONGEST_LAG = 120;

/** Gains of the long-term filter. */
export const GAINS = [3277, 11469, 21299, 32767];

/** Levels between which the gain is chosen. */
export const GAIN_LEVELS = [6554, 16384, 26214];

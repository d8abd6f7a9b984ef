/**
 * The regular pulse excitation of GSM 06.10: thirteen pulses on one of four
 * grids, with a common block maximum (sections 5.2.13 to 5.2.17 and 5.3.1 of
 * the standard).
 *
 * @module
 */
import { magnitude, mult, multRound, saturate } from "./gsm_arithmetic.ts";
import { PULSES } from "./gsm_frame.ts";
import { SUBFRAME_SAMPLES } from "./gsm_tables.ts";

const GRIDS = 4;
const SPACING = 3;

/**
 * Indexes of the grid, the maximum and the pulses in a subframe's parameters.
 */
const GRID = 2;
const MAXIMUM = 3;
const FIRST_PULSE = 4;

const WEIGHTS = [-134, -374, 0, 2054, 5741, 8192, 5741, 2054, 0, -374, -134];
const INVERSE_MANTISSAS = [
  ...[29128, 26215, 23832, 21846],
  ...[20165, 18725, 17476, 16384],
];
const MANTISSAS = [18431, 20479, 22527, 24575, 26623, 28671, 30719, 32767];

/** Chooses grid, block maximum and pulses for the remaining signal. */
export function encodePulses(
  residual: Int16Array,
  parameters: Uint8Array,
): void {
  const weighted = weigh(residual);
  const grid = strongestGrid(weighted);
  let peak = 0;
  for (let i = 0; i < PULSES; i++) {
    peak = Math.max(peak, magnitude(weighted[grid + SPACING * i]!));
  }
  const maximum = quantiseMaximum(peak);
  const { exponent, mantissa } = splitMaximum(maximum);
  parameters[GRID] = grid;
  parameters[MAXIMUM] = maximum;
  for (let i = 0; i < PULSES; i++) {
    const pulse = (weighted[grid + SPACING * i]! << (6 - exponent)) << 16 >> 16;
    parameters[FIRST_PULSE + i] =
      (mult(pulse, INVERSE_MANTISSAS[mantissa]!) >> 12) + 4;
  }
}

/** Turns grid, block maximum and pulses back into an excitation. */
export function decodePulses(
  parameters: Uint8Array,
  excitation: Int16Array,
): void {
  const { exponent, mantissa } = splitMaximum(parameters[MAXIMUM]!);
  const shift = 6 - exponent;
  const half = shift === 0 ? 0 : 1 << (shift - 1);
  excitation.fill(0);
  for (let i = 0; i < PULSES; i++) {
    const step = ((parameters[FIRST_PULSE + i]! << 1) - 7) << 12;
    const scaled = multRound(MANTISSAS[mantissa]!, step);
    excitation[parameters[GRID]! + SPACING * i] = saturate(scaled + half) >>
      shift;
  }
}

function weigh(residual: Int16Array): Int16Array {
  const weighted = new Int16Array(SUBFRAME_SAMPLES);
  const reach = WEIGHTS.length >> 1;
  for (let k = 0; k < SUBFRAME_SAMPLES; k++) {
    let sum = 4096;
    const from = Math.max(0, k - reach);
    const to = Math.min(SUBFRAME_SAMPLES - 1, k + reach);
    for (let i = from; i <= to; i++) {
      sum += Math.imul(residual[i]!, WEIGHTS[i - k + reach]!);
    }
    weighted[k] = saturate(sum >> 13);
  }
  return weighted;
}

function strongestGrid(weighted: Int16Array): number {
  let [grid, most] = [0, 0];
  for (let candidate = 0; candidate < GRIDS; candidate++) {
    let energy = 0;
    for (let i = 0; i < PULSES; i++) {
      const pulse = weighted[candidate + SPACING * i]! >> 2;
      energy += Math.imul(pulse, pulse);
    }
    if (energy > most) [grid, most] = [candidate, energy];
  }
  return grid;
}

function quantiseMaximum(peak: number): number {
  let exponent = 0;
  for (let rest = peak >> 9; rest > 0 && exponent < 6; rest >>= 1) exponent++;
  return (peak >> (exponent + 5)) + (exponent << 3);
}

function splitMaximum(
  maximum: number,
): { exponent: number; mantissa: number } {
  let exponent = maximum > 15 ? (maximum >> 3) - 1 : 0;
  let mantissa = maximum - (exponent << 3);
  if (mantissa === 0) return { exponent: -4, mantissa: 7 };
  while (mantissa <= 7) {
    mantissa = mantissa << 1 | 1;
    exponent--;
  }
  return { exponent, mantissa: mantissa - 8 };
}

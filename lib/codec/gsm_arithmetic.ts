/**
 * The saturating 16-bit arithmetic that GSM 06.10 is defined in. A codec is
 * bit-exact only if every intermediate result is cut off where the standard
 * says so.
 *
 * @module
 */

/** Returns `value` limited to 16 bits. */
export function saturate(value: number): number {
  return value > 32767 ? 32767 : value < -32768 ? -32768 : value;
}

/** Returns the product of two fractions, truncated. */
export function mult(a: number, b: number): number {
  return saturate(Math.imul(a, b) >> 15);
}

/** Returns the product of two fractions, rounded. */
export function multRound(a: number, b: number): number {
  return saturate((Math.imul(a, b) + 16384) >> 15);
}

/** Returns the magnitude of a 16-bit value; that of -32768 is 32767. */
export function magnitude(value: number): number {
  return value < 0 ? (value === -32768 ? 32767 : -value) : value;
}

/** Returns how far a positive 32-bit value can be shifted left. */
export function headroom(value: number): number {
  return Math.clz32(value) - 1;
}

/** Returns `part / whole` as a fraction of 15 bits, for 0 <= part <= whole. */
export function divide(part: number, whole: number): number {
  if (part === 0) return 0;
  let quotient = 0;
  for (let bit = 0; bit < 15; bit++) {
    quotient <<= 1;
    part <<= 1;
    if (part >= whole) {
      part -= whole;
      quotient++;
    }
  }
  return quotient;
}

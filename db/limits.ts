/**
 * Returns `limit` as an integer from 0 to `most`; 0 when it is not a number.
 */
export function bounded(limit: number, most: number): number {
  const whole = Math.trunc(limit);
  return whole > 0 ? Math.min(whole, most) : 0;
}

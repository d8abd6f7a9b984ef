/** `limit` as a whole number from 0 to `most`; what is no number is 0. */
export function bounded(limit: number, most: number): number {
  const whole = Math.trunc(limit);
  return whole > 0 ? Math.min(whole, most) : 0;
}

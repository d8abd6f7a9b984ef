/**
 * Rates over the last ten seconds, from counters that only grow.
 *
 * @module
 */

const SECONDS = 10;

export class Rates<K extends string> {
  readonly #samples: Record<K, number>[] = [];

  /** To be called once a second. */
  sample(totals: Record<K, number>): void {
    this.#samples.push(totals);
    if (this.#samples.length > SECONDS + 1) this.#samples.shift();
  }

  /** Per second; 0 until two samples are there. */
  read(keys: readonly K[]): Record<K, number> {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    const seconds = Math.max(1, this.#samples.length - 1);
    const rate = (key: K) =>
      ((last?.[key] ?? 0) - (first?.[key] ?? 0)) / seconds;
    return Object.fromEntries(keys.map((key) => [key, rate(key)])) as Record<
      K,
      number
    >;
  }
}

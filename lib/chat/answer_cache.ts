/**
 * Keeps frames that answer the same request from many clients for a second.
 *
 * @module
 */

const KEEP_MS = 1000;
const MOST = 256;
/** Longer requests are not cached: their length is up to the sender. */
const LONGEST_KEY = 200;

export class AnswerCache {
  readonly #answers = new Map<string, { frame: Uint8Array; until: number }>();

  /**
   * Returns the answer to `key` at a steady time; `make` builds it when it is
   * older than a second.
   */
  get(key: string, now: number, make: () => Uint8Array): Uint8Array {
    const known = this.#answers.get(key);
    if (known !== undefined && now < known.until) return known.frame;
    const frame = make();
    if (key.length > LONGEST_KEY) return frame;
    if (this.#answers.size >= MOST) this.#answers.clear();
    this.#answers.set(key, { frame, until: now + KEEP_MS });
    return frame;
  }

  /** Discards all answers, because their data has changed. */
  clear(): void {
    this.#answers.clear();
  }
}

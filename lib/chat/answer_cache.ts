/**
 * Frames that answer the same question of many clients, kept for a second.
 *
 * @module
 */

const KEEP_MS = 1000;
const MOST = 256;
/** Questions have a length only their sender knows. */
const LONGEST_KEY = 200;

export class AnswerCache {
  readonly #answers = new Map<string, { frame: Uint8Array; until: number }>();

  /** The answer to `key` at a steady time; `make` builds it when it is stale. */
  get(key: string, now: number, make: () => Uint8Array): Uint8Array {
    const known = this.#answers.get(key);
    if (known !== undefined && now < known.until) return known.frame;
    const frame = make();
    if (key.length > LONGEST_KEY) return frame;
    if (this.#answers.size >= MOST) this.#answers.clear();
    this.#answers.set(key, { frame, until: now + KEEP_MS });
    return frame;
  }

  /** What the answers are made of has changed. */
  clear(): void {
    this.#answers.clear();
  }
}

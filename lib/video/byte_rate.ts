/**
 * A rate of bytes whose limit may change while it runs.
 *
 * @module
 */

/** Milliseconds whose worth of bytes may pass at once. */
const BURST_MS = 1000;

export class ByteRate {
  #left: number;
  #at: number;

  constructor(readonly perSecond: () => number, now: number) {
    this.#left = perSecond() * BURST_MS / 1000;
    this.#at = now;
  }

  /** Lets the bytes pass while any are left; a debt delays the next ones. */
  take(bytes: number, now: number): boolean {
    const perSecond = this.perSecond();
    const gained = (now - this.#at) * perSecond / 1000;
    this.#left = Math.min(perSecond * BURST_MS / 1000, this.#left + gained);
    this.#at = now;
    if (this.#left <= 0) return false;
    this.#left -= bytes;
    return true;
  }
}

/**
 * A token bucket that may go into debt: bytes that were received cannot be
 * returned, but the next ones must wait until the debt is paid.
 *
 * @module
 */
const BURST_SECONDS = 2;

export class Meter {
  #level: number;
  #at: number | undefined;
  readonly #perSecond: () => number;
  readonly #burst: () => number;

  /** Reads rate and burst at each use, so that they may change. */
  constructor(perSecond: () => number, burst = perSecond) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#level = burst();
  }

  /**
   * Returns the bytes that may still come at `now` (milliseconds); negative in
   * debt.
   */
  level(now: number): number {
    const passed = now - (this.#at ?? now);
    this.#at = now;
    this.#level = Math.min(
      this.#burst(),
      this.#level + Math.max(0, passed) * this.#perSecond() / 1000,
    );
    return this.#level;
  }

  spend(bytes: number, now: number): void {
    this.level(now);
    this.#level -= bytes;
  }
}

/**
 * Makes the meter of one speaker. After a stall of the network a few seconds of
 * speech arrive at once.
 */
export function speechMeter(
  limits: { readonly bytesPerSecond: number },
): Meter {
  return new Meter(
    () => limits.bytesPerSecond,
    () => BURST_SECONDS * limits.bytesPerSecond,
  );
}

/**
 * Deadlines by silence: work may take any time as long as it shows signs of
 * life.
 *
 * @module
 */

const TICK_MS = 1000;

/**
 * Calls `late` after this many seconds without a sign of life. It counts timer
 * ticks instead of reading the clock, because a process that was stopped for an
 * hour (Ctrl-Z), or could not write (`| less`), has not waited for an hour.
 */
export class SilenceTimer implements Disposable {
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  #silent = 0;

  /** Infinity disables it. */
  constructor(seconds: number, late: () => void, tickMs = TICK_MS) {
    if (seconds === Infinity) return;
    this.#timer = setInterval(() => {
      if (++this.#silent <= seconds) return;
      clearInterval(this.#timer);
      late();
    }, tickMs);
  }

  /** Records a sign of life. */
  heard(): void {
    this.#silent = 0;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

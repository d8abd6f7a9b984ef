/**
 * Deadlines by silence: work may take as long as it likes, as long as it shows
 * signs of life.
 *
 * @module
 */

const TICK_MS = 1000;

/**
 * Calls `late` once nothing was heard for so many seconds. It counts ticks of a
 * timer, not the clock: a process that was stopped for an hour (Ctrl-Z), or
 * that could not write (`| less`), has not waited for an hour.
 */
export class SilenceTimer implements Disposable {
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  #silent = 0;

  /** Infinity: never. */
  constructor(seconds: number, late: () => void, tickMs = TICK_MS) {
    if (seconds === Infinity) return;
    this.#timer = setInterval(() => {
      if (++this.#silent <= seconds) return;
      clearInterval(this.#timer);
      late();
    }, tickMs);
  }

  /** Something was heard. */
  heard(): void {
    this.#silent = 0;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

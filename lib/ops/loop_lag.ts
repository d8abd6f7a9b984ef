/**
 * How late the event loop is: a timer that should fire every 50 ms, and by how
 * much it misses.
 *
 * @module
 */

const EVERY_MS = 50;
/** Samples kept: ten seconds. */
const WINDOW = 200;

export interface LoopLag {
  /** Milliseconds, over the last ten seconds. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export class LoopLagMeter {
  readonly #samples = new Float64Array(WINDOW);
  #count = 0;
  #due = performance.now() + EVERY_MS;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor() {
    this.#timer = setInterval(() => this.#tick(), EVERY_MS);
  }

  #tick(): void {
    const now = performance.now();
    this.#samples[this.#count++ % WINDOW] = Math.max(0, now - this.#due);
    this.#due = now + EVERY_MS;
  }

  read(): LoopLag {
    const sorted = this.#samples.slice(0, Math.min(this.#count, WINDOW)).sort();
    const at = (part: number) =>
      sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ??
        0;
    return { p50: at(0.5), p99: at(0.99), max: at(1) };
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

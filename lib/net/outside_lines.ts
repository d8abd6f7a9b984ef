/**
 * A budget of log lines for clients that have not authenticated: so many for
 * each host, whatever connections it opens, and so many for all of them. Each
 * connection may deserve its line; a day of them must not fill the disk.
 *
 * ```ts ignore
 * const lines = new OutsideLines(log, () => performance.now());
 * if (lines.take(address)) log.warn("sign-on refused", { address });
 * ```
 *
 * @module
 */
import { HostRates, TokenBucket } from "./rates.ts";

/**
 * Lines per second of one host. That makes about 17 MB of log per day from one
 * host, and 350 MB from all.
 */
const OF_ONE_HOST = { perSecond: 1, burst: 300 };
const OF_ALL = { perSecond: 20, burst: 3000 };
/** Milliseconds between two lines that report how many lines were left out. */
const SUMMARY_MS = 60_000;

interface SummaryLog {
  warn(message: string, fields?: Record<string, unknown>): void;
}

export class OutsideLines {
  readonly #log: SummaryLog;
  /** Milliseconds of a steady clock. */
  readonly #clock: () => number;
  readonly #hosts = new HostRates();
  readonly #all = new TokenBucket(OF_ALL);
  #leftOut = 0;
  #latest = "";
  #summedUpAt = -Infinity;

  constructor(log: SummaryLog, clock: () => number) {
    this.#log = log;
    this.#clock = clock;
  }

  /**
   * Returns whether a log line caused by `address` may be written, and counts
   * it.
   */
  take(address: string): boolean {
    const now = this.#clock();
    const may = this.#hosts.take(address, OF_ONE_HOST, now) &&
      this.#all.take(now);
    if (!may) {
      this.#leftOut++;
      this.#latest = address;
    }
    if (this.#leftOut > 0 && now - this.#summedUpAt >= SUMMARY_MS) {
      this.#log.warn("log lines about unauthenticated clients left out", {
        count: this.#leftOut,
        latest: this.#latest,
      });
      this.#leftOut = 0;
      this.#summedUpAt = now;
    }
    return may;
  }
}

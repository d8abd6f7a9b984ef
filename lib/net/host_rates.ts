/**
 * Rate limits per host, independent of what other hosts do.
 *
 * @module
 */
import { TokenBucket } from "./rates.ts";
import { hostKey } from "./addresses.ts";

/** Maximum hosts remembered; the least recently seen are forgotten first. */
const MOST_HOSTS = 10_000;

export class HostRates {
  readonly #buckets = new Map<string, TokenBucket>();

  get remembered(): number {
    return this.#buckets.size;
  }

  /**
   * Charges `cost` to the host of `address`, which may spend `perSecond` on
   * average and `burst` at once. Returns false, and charges nothing, when the
   * host is over its rate.
   */
  take(
    address: string,
    perSecond: number,
    burst: number,
    now: number,
    cost = 1,
  ): boolean {
    const key = hostKey(address);
    const bucket = this.#buckets.get(key) ??
      new TokenBucket(perSecond, burst, now);
    bucket.perSecond = perSecond;
    bucket.burst = burst;
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > MOST_HOSTS) {
      const oldest = this.#buckets.keys().next().value;
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return bucket.take(now, cost);
  }
}

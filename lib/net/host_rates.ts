/**
 * A rate for each host: how often it may do something, whatever the others do.
 *
 * @module
 */
import { TokenBucket } from "./rates.ts";
import { hostKey } from "./addresses.ts";

/** Hosts remembered; those not heard of for longest are forgotten first. */
const MOST_HOSTS = 10_000;

export class HostRates {
  readonly #buckets = new Map<string, TokenBucket>();

  get remembered(): number {
    return this.#buckets.size;
  }

  /**
   * Takes `cost` from the host of `address`, which may do `perSecond` on
   * average and `burst` at once. False: nothing taken, it is over its rate.
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

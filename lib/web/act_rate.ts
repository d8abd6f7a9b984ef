/**
 * How often one account may do on the pages what the audit log keeps, as the
 * chat limits its own acts.
 *
 * @module
 */
import { TokenBucket } from "../net/rates.ts";
import type { Uid } from "../domain/store.ts";

/** Accounts that are remembered; the oldest are forgotten first. */
const MOST = 10_000;

export class ActRate {
  readonly #buckets = new Map<Uid, TokenBucket>();

  /** Counts an act at the steady time `now`; false when there are too many. */
  take(uid: Uid, perMinute: number, now: number): boolean {
    let bucket = this.#buckets.get(uid);
    if (bucket === undefined) {
      bucket = new TokenBucket(perMinute / 60, perMinute, now);
      const oldest = this.#buckets.keys().next().value;
      if (this.#buckets.size >= MOST && oldest !== undefined) {
        this.#buckets.delete(oldest);
      }
      this.#buckets.set(uid, bucket);
    }
    return bucket.take(now);
  }
}

/**
 * Limits how often one account may do audited actions on the pages, as chat
 * limits its own.
 *
 * @module
 */
import { TokenBucket } from "../net/rates.ts";
import type { Uid } from "../domain/store.ts";

/** Maximum accounts remembered; the oldest are forgotten first. */
const MOST = 10_000;

export class ActRate {
  readonly #buckets = new Map<Uid, TokenBucket>();

  /**
   * Counts an action at the steady time `now`. Returns false when there are too
   * many.
   */
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

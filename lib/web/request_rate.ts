/**
 * How many requests one address may make: a bucket of tokens each, the oldest
 * forgotten first. A network of IPv6 counts as one address.
 *
 * @module
 */
import { TokenBucket } from "../domain/limits.ts";
import type { Millis } from "../domain/store.ts";
import { plainAddress } from "../voice/roster.ts";

const PER_SECOND = 50;
const BURST = 1500;
/** A form costs the server more than a page. */
const FORM_COST = 10;
const MOST_ADDRESSES = 10_000;

export class RequestRate {
  readonly #buckets = new Map<string, TokenBucket>();

  /** False: too many; to be answered by 429. */
  take(address: string, method: string, now: Millis): boolean {
    const key = limitKey(address);
    const bucket = this.#buckets.get(key) ??
      new TokenBucket(PER_SECOND, BURST, now);
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > MOST_ADDRESSES) {
      const oldest = this.#buckets.keys().next().value;
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return bucket.take(now, method === "POST" ? FORM_COST : 1);
  }
}

/** An IPv4 address, or the /64 of an IPv6 address. */
export function limitKey(address: string): string {
  const plain = plainAddress(address);
  if (!plain.includes(":")) return plain;
  const [head = "", tail] = plain.split("::");
  const left = head.split(":").filter((part) => part !== "");
  const right = (tail ?? "").split(":").filter((part) => part !== "");
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array(Math.max(0, zeros)).fill("0"), ...right]
    .slice(0, 4).join(":");
}

/**
 * Rate meters as pure arithmetic: the time, in milliseconds, is an argument.
 *
 * @module
 */
import { hostKey } from "./addresses.ts";

/**
 * Enough for the packets of a sign-on and a few more; creating a room costs 10.
 */
const SMALLEST_BURST = 10;

/**
 * Returns how much may pass at once: `burst`, or when that is 0 an amount that
 * suits the rate, because a host who only changes the rate expects the burst to
 * follow.
 */
export function burstOf(perSecond: number, burst: number): number {
  return burst > 0
    ? Math.max(burst, perSecond)
    : Math.max(2 * perSecond, SMALLEST_BURST);
}

/** A limit: `perSecond` on average, and `burst` at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Returns a rate whose burst is the amount of a whole minute. */
export function perMinute(amount: number): Rate {
  return { perSecond: amount / 60, burst: amount };
}

/**
 * Returns a rate that is asked for at each use, so that a setting may change
 * it, and whose burst is the amount of so many seconds.
 */
export function liveRate(perSecond: () => number, burstSeconds: number): Rate {
  return {
    get perSecond() {
      return perSecond();
    },
    get burst() {
      return burstSeconds * perSecond();
    },
  };
}

/**
 * Keeps one rate. The bucket starts full and may go into debt, which delays
 * what comes next. Times are those of a steady clock, in milliseconds.
 */
export class TokenBucket {
  #tokens: number;
  /** Time of the latest use; infinite before the first, so nothing is gained. */
  #at = Infinity;

  /** `rate` is read at each use, so that it may change. */
  constructor(public rate: Rate) {
    this.#tokens = rate.burst;
  }

  /** Refills the bucket completely. */
  refill(): void {
    this.#tokens = this.rate.burst;
  }

  /** Returns what may still be taken; negative in debt. */
  level(now: number): number {
    const { perSecond, burst } = this.rate;
    const gained = Math.max(0, now - this.#at) * perSecond / 1000;
    this.#at = now;
    return this.#tokens = Math.min(burst, this.#tokens + gained);
  }

  /**
   * Takes `cost` tokens. Returns false, and takes nothing, when there are too
   * few.
   */
  take(now: number, cost = 1): boolean {
    if (this.level(now) < cost) return false;
    this.#tokens -= cost;
    return true;
  }

  /**
   * Takes `cost` tokens if any are left, perhaps more than there are. Returns
   * false, and takes nothing, in debt: for what cannot be cut into pieces.
   */
  takeIfAny(now: number, cost: number): boolean {
    if (this.level(now) <= 0) return false;
    this.#tokens -= cost;
    return true;
  }

  /**
   * Takes `cost` tokens even when there are too few. Returns the milliseconds
   * until there would have been enough.
   */
  takeLate(now: number, cost = 1): number {
    this.level(now);
    this.#tokens -= cost;
    return this.debtMs(now);
  }

  /** Returns the milliseconds until the debt is paid; 0: there is none. */
  debtMs(now: number): number {
    return Math.max(0, -1000 * this.level(now) / this.rate.perSecond);
  }
}

/** Maximum keys remembered. */
const MOST_KEYS = 10_000;

/** One bucket for each key; the keys not used for longest are forgotten. */
export class KeyedBuckets<K> {
  readonly #buckets = new Map<K, TokenBucket>();

  get size(): number {
    return this.#buckets.size;
  }

  /** Returns the bucket of `key`, which has this rate from now on. */
  of(key: K, rate: Rate): TokenBucket {
    const bucket = this.#buckets.get(key) ?? new TokenBucket(rate);
    bucket.rate = rate;
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > MOST_KEYS) {
      const oldest = this.#buckets.keys().next();
      if (!oldest.done) this.#buckets.delete(oldest.value);
    }
    return bucket;
  }

  /** Returns the bucket of a key that has been used. */
  find(key: K): TokenBucket | undefined {
    return this.#buckets.get(key);
  }

  forget(key: K): void {
    this.#buckets.delete(key);
  }
}

/** Rates per host, independent of what other hosts do. */
export class HostRates {
  readonly #hosts = new KeyedBuckets<string>();

  /**
   * Charges `cost` to the host of `address`. Returns false, and charges
   * nothing, when the host is over its rate.
   */
  take(address: string, rate: Rate, now: number, cost = 1): boolean {
    return this.#hosts.of(hostKey(address), rate).take(now, cost);
  }
}

interface Failures {
  count: number;
  last: number;
}

/**
 * Counts failed attempts per key (an address, an account) and computes how long
 * the next attempt must wait: not at all after the first few, then twice as
 * long with each failure, up to `maxWaitMs`.
 */
export class AttemptThrottle {
  readonly #failures = new Map<string, Failures>();

  constructor(
    public free: number,
    public maxWaitMs: number,
    /** Maximum keys remembered; the oldest are forgotten first. */
    readonly capacity = 10_000,
  ) {}

  get size(): number {
    return this.#failures.size;
  }

  /** Returns the milliseconds until `key` may try again; 0: now. */
  wait(key: string, now: number): number {
    const failures = this.#failures.get(key);
    if (failures === undefined || failures.count < this.free) return 0;
    const doublings = Math.min(failures.count - this.free, 20);
    const pause = Math.min(this.maxWaitMs, 1000 * 2 ** doublings);
    return Math.max(0, failures.last + pause - now);
  }

  /** Returns the number of recent failures of `key`. */
  count(key: string, now: number): number {
    const failures = this.#failures.get(key);
    return failures !== undefined && now - failures.last <= 2 * this.maxWaitMs
      ? failures.count
      : 0;
  }

  /** Returns whether `key` has recently failed more often than is free. */
  exceeded(key: string, now: number): boolean {
    return this.count(key, now) >= this.free;
  }

  failed(key: string, now: number): void {
    const failures = this.#failures.get(key);
    // A quiet period as long as the longest wait resets the count.
    const fresh = failures === undefined ||
      now - failures.last > 2 * this.maxWaitMs;
    this.#failures.delete(key);
    this.#failures.set(key, {
      count: fresh ? 1 : failures.count + 1,
      last: now,
    });
    if (this.#failures.size > this.capacity) {
      const oldest = this.#failures.keys().next().value;
      if (oldest !== undefined) this.#failures.delete(oldest);
    }
  }

  succeeded(key: string): void {
    this.#failures.delete(key);
  }
}

/**
 * Rate meters as pure arithmetic: the time, in milliseconds, is an argument.
 *
 * @module
 */

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

/** Allows `perSecond` on average and `burst` at once. */
export class TokenBucket {
  #tokens: number;
  #at: number;

  constructor(
    public perSecond: number,
    public burst: number,
    now: number,
  ) {
    this.#tokens = burst;
    this.#at = now;
  }

  /** Refills the bucket completely. */
  refill(): void {
    this.#tokens = this.burst;
  }

  /**
   * Takes `cost` tokens even when there are too few. Returns the milliseconds
   * until there would have been enough.
   */
  takeLate(now: number, cost = 1): number {
    this.#fill(now);
    this.#tokens -= cost;
    return Math.max(0, 1000 * -this.#tokens / this.perSecond);
  }

  /**
   * Takes `cost` tokens. Returns false, and takes nothing, when there are too
   * few.
   */
  take(now: number, cost = 1): boolean {
    this.#fill(now);
    if (this.#tokens < cost) return false;
    this.#tokens -= cost;
    return true;
  }

  #fill(now: number): void {
    const gained = Math.max(0, now - this.#at) * this.perSecond / 1000;
    this.#tokens = Math.min(this.burst, this.#tokens + gained);
    this.#at = now;
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

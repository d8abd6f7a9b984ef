/**
 * Rate meters as arithmetic: time comes in as an argument, in milliseconds.
 *
 * @module
 */

/** The packets of a sign-on and a few more; the making of a room counts as 10. */
const SMALLEST_BURST = 10;

/**
 * How much may come at once: `burst`, or when that is 0 what goes with the
 * rate. A host who changes the rate alone, up or down, means this as well.
 */
export function burstOf(perSecond: number, burst: number): number {
  return burst > 0
    ? Math.max(burst, perSecond)
    : Math.max(2 * perSecond, SMALLEST_BURST);
}

/** Lets `perSecond` pass on average and `burst` at once. */
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

  /** As full as at the beginning. */
  refill(): void {
    this.#tokens = this.burst;
  }

  /**
   * Takes `cost` tokens even when too few are there. Returns the milliseconds
   * until they would have been.
   */
  takeLate(now: number, cost = 1): number {
    this.#fill(now);
    this.#tokens -= cost;
    return Math.max(0, 1000 * -this.#tokens / this.perSecond);
  }

  /** Takes `cost` tokens; false, and nothing taken, when too few are there. */
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
 * Counts failed attempts per key (an address, an account) and says how long
 * the next one must wait: nothing for the first few, then twice as long with
 * each failure, up to `maxWaitMs`.
 */
export class AttemptThrottle {
  readonly #failures = new Map<string, Failures>();

  constructor(
    public free: number,
    public maxWaitMs: number,
    /** Keys remembered; the oldest are forgotten first. */
    readonly capacity = 10_000,
  ) {}

  get size(): number {
    return this.#failures.size;
  }

  /** Milliseconds until `key` may try again; 0: now. */
  wait(key: string, now: number): number {
    const failures = this.#failures.get(key);
    if (failures === undefined || failures.count < this.free) return 0;
    const doublings = Math.min(failures.count - this.free, 20);
    const pause = Math.min(this.maxWaitMs, 1000 * 2 ** doublings);
    return Math.max(0, failures.last + pause - now);
  }

  /** Failures of `key` lately. */
  count(key: string, now: number): number {
    const failures = this.#failures.get(key);
    return failures !== undefined && now - failures.last <= 2 * this.maxWaitMs
      ? failures.count
      : 0;
  }

  /** Whether more than the free attempts have failed lately. */
  exceeded(key: string, now: number): boolean {
    return this.count(key, now) >= this.free;
  }

  failed(key: string, now: number): void {
    const failures = this.#failures.get(key);
    // A quiet time as long as the longest wait wipes the slate.
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

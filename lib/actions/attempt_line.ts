/**
 * Queues for sign-on attempts: one attempt per second for each key (an account
 * or a host), shared fairly among lanes (the hosts that try the account), and
 * with a limited wait.
 *
 * @module
 */
import { FairQueue } from "../net/fair_queue.ts";

export interface LineOptions {
  /** Milliseconds between two attempts for one key. */
  readonly everyMs: number;
  /** Milliseconds after which an attempt is made in any case. */
  readonly longestMs: number;
  /** Maximum attempts waiting in one lane. */
  readonly mostPerLane: number;
}

interface Waiter {
  readonly lane: string;
  readonly since: number;
  readonly isWaiting: () => boolean;
  readonly go: (turn: Turn) => void;
  done: boolean;
}

/** "full": the lane has too many attempts; "gone": the client has hung up. */
export type Turn = "now" | "full" | "gone";

/** Maximum keys whose last attempt is remembered. */
const MOST_KEYS = 10_000;

export class AttemptLine {
  readonly #options: LineOptions;
  readonly #lines = new Map<string, Line>();
  /**
   * Time of the last attempt of keys without waiting attempts, oldest first.
   */
  readonly #last = new Map<string, number>();
  #isClosed = false;

  constructor(options: LineOptions) {
    this.#options = options;
  }

  /** Number of waiting attempts. */
  get waiting(): number {
    let sum = 0;
    for (const line of this.#lines.values()) sum += line.size;
    return sum;
  }

  /** Resolves when it is the attempt's turn, or immediately after closing. */
  wait(
    key: string,
    lane: string,
    isWaiting: () => boolean,
  ): Promise<Turn> {
    if (this.#isClosed) return Promise.resolve("gone");
    const now = performance.now();
    const { everyMs } = this.#options;
    let line = this.#lines.get(key);
    if (line === undefined) {
      const since = now - (this.#last.get(key) ?? -Infinity);
      if (since >= everyMs) {
        this.#remember(key, now);
        return Promise.resolve("now");
      }
      line = new Line(this.#options, everyMs - since, (last) => {
        this.#lines.delete(key);
        this.#remember(key, last);
      });
      this.#lines.set(key, line);
    }
    return line.wait(lane, now, isWaiting);
  }

  /** Ends all waits, permanently. */
  close(): void {
    this.#isClosed = true;
    for (const line of [...this.#lines.values()]) line.close();
  }

  #remember(key: string, now: number): void {
    this.#last.delete(key);
    this.#last.set(key, now);
    if (this.#last.size <= MOST_KEYS) return;
    const oldest = this.#last.keys().next().value;
    if (oldest !== undefined) this.#last.delete(oldest);
  }
}

/** The queue of one key, which exists while attempts wait in it. */
class Line {
  readonly #options: LineOptions;
  readonly #empty: (last: number) => void;
  readonly #queue = new FairQueue<Waiter>();
  /** In order of arrival. */
  readonly #waiters = new Set<Waiter>();
  readonly #lanes = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout>;

  constructor(
    options: LineOptions,
    firstMs: number,
    empty: (last: number) => void,
  ) {
    this.#options = options;
    this.#empty = empty;
    this.#timer = setTimeout(() => this.#tick(), firstMs);
  }

  get size(): number {
    return this.#waiters.size;
  }

  wait(lane: string, now: number, isWaiting: () => boolean): Promise<Turn> {
    const inLane = this.#lanes.get(lane) ?? 0;
    if (inLane >= this.#options.mostPerLane) return Promise.resolve("full");
    return new Promise((go) => {
      const waiter = { lane, since: now, isWaiting, go, done: false };
      this.#lanes.set(lane, inLane + 1);
      this.#waiters.add(waiter);
      this.#queue.push(lane, waiter);
    });
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const one of [...this.#waiters]) this.#release(one, "gone");
  }

  #tick(): void {
    const now = performance.now();
    for (const one of [...this.#waiters]) {
      if (!one.isWaiting()) this.#release(one, "gone");
      else if (now - one.since >= this.#options.longestMs) {
        this.#release(one, "now");
      }
    }
    for (let next; (next = this.#queue.shift()) !== undefined;) {
      if (next.done) continue;
      this.#release(next, "now");
      break;
    }
    if (this.#waiters.size === 0) return this.#empty(now);
    this.#timer = setTimeout(() => this.#tick(), this.#options.everyMs);
  }

  #release(one: Waiter, turn: Turn): void {
    one.done = true;
    this.#waiters.delete(one);
    const left = (this.#lanes.get(one.lane) ?? 1) - 1;
    if (left > 0) this.#lanes.set(one.lane, left);
    else this.#lanes.delete(one.lane);
    one.go(turn);
  }
}

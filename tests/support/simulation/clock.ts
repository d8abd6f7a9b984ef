/**
 * A virtual clock that only advances from event to event, and random choices
 * that a seed reproduces.
 *
 * @module
 */

interface Event {
  readonly at: number;
  readonly order: number;
  readonly work: () => void;
}

/** Runs events in order of time, then of scheduling. */
export class VirtualClock {
  now = 0;
  /** A binary heap: no event is later than its two children. */
  readonly #events: Event[] = [];
  #order = 0;

  after(ms: number, work: () => void): void {
    const event = { at: this.now + ms, order: this.#order++, work };
    const events = this.#events;
    let at = events.push(event) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(event, events[above]!)) break;
      events[at] = events[above]!;
      at = above;
    }
    events[at] = event;
  }

  /** Calls `work` every `ms` until it returns false. */
  every(ms: number, work: () => boolean): void {
    this.after(ms, () => {
      if (work()) this.every(ms, work);
    });
  }

  runUntil(end: number): void {
    while (this.#events.length > 0 && this.#events[0]!.at <= end) {
      const { at, work } = this.#take();
      this.now = at;
      work();
    }
    this.now = end;
  }

  #take(): Event {
    const events = this.#events;
    const first = events[0]!;
    const last = events.pop()!;
    if (events.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= events.length) break;
      const right = events[below + 1];
      if (right !== undefined && isBefore(right, events[below]!)) below++;
      if (!isBefore(events[below]!, last)) break;
      events[at] = events[below]!;
      at = below;
    }
    events[at] = last;
    return first;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Random numbers that are the same for the same seed (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  }

  /** Returns a number of at least 0 and less than 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(p: number): boolean {
    return this.next() < p;
  }

  pick<T>(all: readonly T[]): T {
    return all[this.below(all.length)]!;
  }
}

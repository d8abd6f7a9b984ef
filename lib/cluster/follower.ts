/**
 * Follows the log until the core takes the lead: reads every entry, then
 * appends an entry of its own. From then on no earlier core can write.
 *
 * Pure: time is an argument.
 *
 * @module
 */
import type { Broker, Logged } from "./broker.ts";
import { decodeEntry, encodeEntry, type LogEntry } from "./entry.ts";
import { LogState } from "./log_state.ts";

/** Milliseconds without an answer after which the log is read again. */
export const ASK_AGAIN_MS = 300;

export interface FollowerOptions {
  readonly log: Broker["log"];
  /** State from which to continue; by default the start of the log. */
  readonly state?: LogState;
  /** Called with each entry before the next one is read; may throw to stop. */
  readonly entry?: (index: number, entry: LogEntry) => void;
}

export class Follower {
  readonly state: LogState;
  readonly #options: FollowerOptions;
  #epoch = 0;
  #askedAt = -Infinity;
  #isReading = false;
  #isWriting = false;
  #isStopped = false;
  #finish: ((leads: boolean) => void) | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.state = options.state ?? new LogState();
  }

  /** Takes entries that the log has pushed, in order. */
  take(entries: readonly Logged[]): void {
    for (const { index, bytes } of entries) {
      if (this.#isStopped) return;
      // Entries can arrive twice, by reading and by subscription.
      if (index <= this.state.index) continue;
      const entry = decodeEntry(bytes);
      this.#options.entry?.(index, entry);
      this.state.apply(index, entry);
    }
  }

  /**
   * Takes the lead with the term `epoch`. Calls `done` with false if a core
   * with a later term has already led.
   */
  lead(epoch: number, done: (leads: boolean) => void, now: number): void {
    this.#epoch = epoch;
    this.#finish = done;
    this.#isWriting = false;
    this.#read(now);
  }

  /** Repeats unanswered requests; call it often. */
  tick(now: number): void {
    if (this.#finish === undefined || now - this.#askedAt < ASK_AGAIN_MS) {
      return;
    }
    if (this.#isWriting) this.#write(now);
    else this.#read(now);
  }

  stop(): void {
    this.#isStopped = true;
    this.#finish = undefined;
  }

  #read(now: number): void {
    this.#askedAt = now;
    this.#isReading = true;
    this.#options.log.read(this.state.index, (entries) => {
      if (this.#finish === undefined || !this.#isReading) return;
      this.#isReading = false;
      this.take(entries);
      // Gateways ignore earlier terms.
      if (this.state.epoch > this.#epoch) return this.#end(false);
      this.#isWriting = true;
      this.#write(now);
    });
  }

  #write(now: number): void {
    this.#askedAt = now;
    const epoch = this.#epoch;
    const after = this.state.index;
    const entry: LogEntry = { epoch, batches: [], records: [] };
    this.#options.log.append(
      after,
      `${epoch}.0`,
      encodeEntry(entry),
      (index) => {
        if (this.#finish === undefined || !this.#isWriting) return;
        if (this.#epoch !== epoch || this.state.index !== after) return;
        this.#isWriting = false;
        if (index === null) return this.#read(now);
        this.state.apply(index, entry);
        this.#end(true);
      },
    );
  }

  #end(leads: boolean): void {
    const finish = this.#finish;
    this.#finish = undefined;
    finish?.(leads);
  }
}

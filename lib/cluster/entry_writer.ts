/**
 * Writes the core's entries to the log, one at a time, and asks again until the
 * log has answered.
 *
 * Pure: time is an argument.
 *
 * @module
 */
import type { Log } from "./broker.ts";
import { encodeEntry, type LogEntry } from "./entry.ts";
import { ASK_AGAIN_MS } from "./follower.ts";

/** Maximum bytes of an announced entry times the gateways that receive it. */
const MOST_ANNOUNCED = 65_536;

export interface EntryToWrite {
  /** Index of the entry after which it belongs. */
  readonly after: number;
  readonly entry: LogEntry;
  /** Work that waits for this entry. */
  readonly held: readonly (() => void)[];
  /**
   * Number of gateways; undefined for an entry that they must not receive from
   * the log itself.
   */
  readonly receivers: number | undefined;
}

export interface Written extends Pick<EntryToWrite, "entry" | "held"> {
  /** Whether the log itself sends the entry to the gateways. */
  readonly isAnnounced: boolean;
}

interface Writing extends Written {
  readonly after: number;
  readonly id: string;
  readonly bytes: Uint8Array;
  askedAt: number;
}

export class EntryWriter {
  readonly #log: Log;
  readonly #epoch: number;
  readonly #done: (written: Written, index: number | null) => void;
  #count = 0;
  #inFlight: Writing | undefined;

  /**
   * @param done called with the index of each entry, or null when another core
   * has written in its place
   */
  constructor(
    log: Log,
    epoch: number,
    done: (written: Written, index: number | null) => void,
  ) {
    this.#log = log;
    this.#epoch = epoch;
    this.#done = done;
  }

  /** Whether an entry has not been answered yet. */
  get isBusy(): boolean {
    return this.#inFlight !== undefined;
  }

  write({ after, entry, held, receivers }: EntryToWrite, now: number): void {
    const bytes = encodeEntry(entry);
    this.#inFlight = {
      after,
      id: `${this.#epoch}.${++this.#count}`,
      bytes,
      entry,
      held,
      isAnnounced: this.#mayAnnounce(bytes.length, receivers),
      askedAt: now,
    };
    this.ask(now);
  }

  /** Asks again if there was no answer for a while. */
  tick(now: number): void {
    const writing = this.#inFlight;
    if (writing !== undefined && now - writing.askedAt >= ASK_AGAIN_MS) {
      this.ask(now);
    }
  }

  /** Asks the log to store the entry in flight, if there is one. */
  ask(now: number): void {
    const writing = this.#inFlight;
    if (writing === undefined) return;
    writing.askedAt = now;
    const { after, id, bytes, isAnnounced } = writing;
    this.#log.append(after, id, bytes, (index) => {
      if (this.#inFlight !== writing) return;
      this.#inFlight = undefined;
      this.#done(writing, index);
    }, isAnnounced);
  }

  /** All gateways receive an announced entry, and pick out their own batch. */
  #mayAnnounce(bytes: number, receivers: number | undefined): boolean {
    return receivers !== undefined && bytes <= this.#log.mostAnnounced &&
      bytes * receivers <= MOST_ANNOUNCED;
  }
}

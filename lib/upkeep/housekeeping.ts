/**
 * Removes what has been kept for as long as the settings say, a slice at a
 * time, so that clients do not wait for it.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import { ENDING, KEPT, type KeptKind } from "../domain/retention.ts";
import type { Millis, Store } from "../domain/store.ts";
import { type Logger, sweepLog } from "../ops/log.ts";
import { pause } from "../net/turn.ts";

const EVERY_MS = 6 * 3_600_000;
const DAY_MS = 86_400_000;
/** Rows removed in one batch, which takes some milliseconds. */
const SLICE = 250;

export interface HousekeepingOptions {
  readonly store: Store;
  readonly log: Logger;
  readonly clock: () => Millis;
  /** The configuration in force. */
  readonly config: () => Config;
  /** Removes accounts whose time is over; returns how many. */
  readonly removeExpired?: () => number;
}

/** What one sweep removed. */
export interface Sweep {
  readonly at: Millis;
  /** How many entries of each kind; kinds without any are left out. */
  readonly removed: Readonly<Partial<Record<KeptKind | "accounts", number>>>;
}

/** Days that something is kept; Infinity: until it is removed by hand. */
export function daysOf(
  { store }: Pick<Config, "store">,
  setting: typeof KEPT[number]["setting"],
): number {
  return store[setting] === 0 ? Infinity : store[setting];
}

export class Housekeeper implements Disposable {
  readonly #options: HousekeepingOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #sweeping: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  #last: Sweep | undefined;

  /** Sweeps now and then every six hours. */
  constructor(options: HousekeepingOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.sweep(), EVERY_MS);
    void this.sweep();
  }

  /** The last whole sweep. */
  get last(): Sweep | undefined {
    return this.#last;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#stopped = true;
  }

  /**
   * Resolves when everything that is too old is gone. Removes little at a time;
   * never rejects.
   */
  sweep(): Promise<void> {
    this.#again = this.#sweeping !== undefined;
    this.#sweeping ??= this.#sweepAll().finally(() => {
      this.#sweeping = undefined;
      if (this.#again && !this.#stopped) void this.sweep();
    });
    return this.#sweeping;
  }

  async #sweepAll(): Promise<void> {
    const { clock, config, log, removeExpired } = this.#options;
    const now = clock();
    const removed: Partial<Record<KeptKind | "accounts", number>> = {};
    try {
      const accounts = removeExpired?.() ?? 0;
      if (accounts > 0) removed.accounts = accounts;
      for (const kind of ENDING) {
        // At the moment itself it is over.
        await this.#prune(kind, now + 1, removed);
      }
      for (const { setting, kinds } of KEPT) {
        const before = now - DAY_MS * daysOf(config(), setting);
        if (before === -Infinity) continue;
        for (const kind of kinds) await this.#prune(kind, before, removed);
      }
      sweepLog();
      if (this.#stopped) return;
      this.#last = { at: now, removed };
      if (Object.keys(removed).length > 0) {
        log.info("old entries removed", removed);
      }
    } catch (error) {
      log.error("old entries could not be removed", { error: `${error}` });
    }
  }

  async #prune(
    kind: KeptKind,
    before: Millis,
    removed: Partial<Record<KeptKind, number>>,
  ): Promise<void> {
    while (!this.#stopped) {
      const began = performance.now();
      const count = this.#options.store.retention.prune(kind, before, SLICE);
      if (count > 0) removed[kind] = (removed[kind] ?? 0) + count;
      if (count < SLICE) return;
      // Half of the time is left to everything else.
      await pause(performance.now() - began);
    }
  }
}

/**
 * What each account may make the server send to others: the bytes of its lines
 * times the members who receive them, of its status times its pals. Kept by
 * account, so that signing on again pays no debt.
 *
 * @module
 */
import { KeyedBuckets, liveRate, type Rate } from "../net/rates.ts";
import type { Uid } from "../domain/store.ts";

/** Burst size, in seconds of the permitted rate. */
const BURST_SECONDS = 10;

export class FanoutBudget {
  readonly #rate: Rate;
  readonly #accounts = new KeyedBuckets<Uid>();

  /** Bytes per second, asked each time so that it can change. */
  constructor(perSecond: () => number) {
    this.#rate = liveRate(perSecond, BURST_SECONDS);
  }

  /** `now` is a steady time, here and below. */
  spend(uid: Uid, bytes: number, now: number): void {
    this.#accounts.of(uid, this.#rate).takeLate(now, bytes);
  }

  /** Milliseconds for which the next packet of this account must wait. */
  debtMs(uid: Uid, now: number): number {
    return Math.ceil(this.#accounts.find(uid)?.debtMs(now) ?? 0);
  }
}

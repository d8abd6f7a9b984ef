/**
 * What each account may make the server send to others: the bytes of its lines
 * times the members who receive them, of its status times its pals. Kept by
 * account, so that signing on again pays no debt.
 *
 * @module
 */
import { Meter } from "../domain/meter.ts";
import type { Uid } from "../domain/store.ts";

/** Seconds' worth that may be sent at once. */
const BURST_SECONDS = 10;
/** Accounts remembered; those that sent nothing for longest are forgotten. */
const MOST_ACCOUNTS = 10_000;

export class FanoutBudget {
  readonly #perSecond: () => number;
  readonly #meters = new Map<Uid, Meter>();

  /** Bytes per second, asked each time so that it can change. */
  constructor(perSecond: () => number) {
    this.#perSecond = perSecond;
  }

  /** `now` is a steady time, here and below. */
  spend(uid: Uid, bytes: number, now: number): void {
    const meter = this.#meters.get(uid) ?? new Meter(
      this.#perSecond,
      () => BURST_SECONDS * this.#perSecond(),
    );
    meter.spend(bytes, now);
    this.#meters.delete(uid);
    this.#meters.set(uid, meter);
    if (this.#meters.size <= MOST_ACCOUNTS) return;
    const [oldest] = this.#meters.keys();
    if (oldest !== undefined) this.#meters.delete(oldest);
  }

  /** Milliseconds for which the next packet of this account must wait. */
  debtMs(uid: Uid, now: number): number {
    const debt = -(this.#meters.get(uid)?.level(now) ?? 0);
    return debt > 0 ? Math.ceil(1000 * debt / this.#perSecond()) : 0;
  }
}

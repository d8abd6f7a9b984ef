/**
 * The limits of one connection: packets per second, and bytes of the answers
 * that its packets cause.
 *
 * @module
 */
import type { Config } from "../../config/config.ts";
import { burstOf, TokenBucket } from "../../net/rates.ts";
import { Meter } from "../../domain/meter.ts";

type Limits = Config["limits"];

/** Answers that may be requested at once, in seconds of the permitted rate. */
const ANSWER_BURST_SECONDS = 10;

export class Allowance {
  #limits: Limits;
  readonly #packets: TokenBucket;
  readonly #answers: Meter;
  /** No packet is handled before this steady time. */
  #heldUntil = -Infinity;

  /** `now` is the time of a steady clock, here and below. */
  constructor(limits: Limits, now: number) {
    this.#limits = limits;
    this.#packets = new TokenBucket(
      limits.packets_per_second,
      burstOf(limits.packets_per_second, limits.packet_burst),
      now,
    );
    this.#answers = new Meter(
      () => this.#limits.answer_bytes_per_second,
      () => ANSWER_BURST_SECONDS * this.#limits.answer_bytes_per_second,
    );
  }

  /** Applies reloaded limits to an existing connection. */
  refresh(limits: Limits): void {
    if (limits === this.#limits) return;
    this.#limits = limits;
    this.#packets.perSecond = limits.packets_per_second;
    this.#packets.burst = burstOf(
      limits.packets_per_second,
      limits.packet_burst,
    );
  }

  /** Handles no packet for `ms` milliseconds from now on. */
  hold(ms: number, now: number): void {
    this.#heldUntil = now + ms;
  }

  /**
   * Returns the milliseconds that a packet must wait, or undefined when it is
   * over the rate and dropped because its sender awaits no answer.
   */
  waitFor(isAwaited: boolean, cost: number, now: number): number | undefined {
    const held = Math.max(0, this.#heldUntil - now);
    if (isAwaited) return Math.max(held, this.takeLate(now, cost));
    return this.take(now, cost) ? held : undefined;
  }

  /**
   * Takes `cost`. Returns false, and takes nothing, when the packet is over the
   * rate.
   */
  take(now: number, cost: number): boolean {
    return this.#packets.take(now, cost);
  }

  /**
   * Always takes `cost`. Returns the milliseconds that the packet must wait
   * until it is within the rate and the bytes of earlier answers are paid for.
   */
  takeLate(now: number, cost: number): number {
    const wait = this.#packets.takeLate(now, cost);
    const debt = Math.max(0, -this.#answers.level(now));
    return Math.ceil(
      Math.max(wait, 1000 * debt / this.#limits.answer_bytes_per_second),
    );
  }

  /** Charges for an answer of this many bytes. */
  answered(bytes: number, now: number): void {
    this.#answers.spend(bytes, now);
  }

  /** Resets the rate: the packets of the sign-on do not count towards it. */
  signedOn(): void {
    this.#packets.refill();
  }
}

/**
 * The limits of one connection: packets per second, and bytes of the answers
 * that its packets cause.
 *
 * @module
 */
import type { Config } from "../../config/config.ts";
import { burstOf, liveRate, type Rate, TokenBucket } from "../../net/rates.ts";

type Limits = Config["limits"];

/** Burst of requests, in seconds of the permitted rate. */
const ANSWER_BURST_SECONDS = 10;

export class Allowance {
  #limits: Limits;
  readonly #packets: TokenBucket;
  readonly #answers: TokenBucket;
  /** No packet is handled before this steady time. */
  #heldUntil = -Infinity;

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#packets = new TokenBucket(packetRate(limits));
    this.#answers = new TokenBucket(liveRate(
      () => this.#limits.answer_bytes_per_second,
      ANSWER_BURST_SECONDS,
    ));
  }

  /** Applies reloaded limits to an existing connection. */
  refresh(limits: Limits): void {
    if (limits === this.#limits) return;
    this.#limits = limits;
    this.#packets.rate = packetRate(limits);
  }

  /**
   * Handles no packet for `ms` milliseconds from now on. `now` is the time of a
   * steady clock, here and below.
   */
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
    return Math.ceil(Math.max(wait, this.#answers.debtMs(now)));
  }

  /** Charges for an answer of this many bytes. */
  answered(bytes: number, now: number): void {
    this.#answers.takeLate(now, bytes);
  }

  /** Resets the rate: the packets of the sign-on do not count towards it. */
  signedOn(): void {
    this.#packets.refill();
  }
}

function packetRate(
  { packets_per_second: perSecond, packet_burst }: Limits,
): Rate {
  return { perSecond, burst: burstOf(perSecond, packet_burst) };
}

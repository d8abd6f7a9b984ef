/**
 * Records how far the clients of one address get, for the check on the connect
 * page. It watches only while the check is in use, and forgets soon.
 *
 * @module
 */
import type { Live, SignOnStep } from "../ops/live.ts";

const KEPT_MS = 15 * 60_000;
const MOST_KEPT = 2000;

export class SignOnWatch {
  readonly #live: Live;
  #steps: SignOnStep[] = [];
  #stop: (() => void) | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(live: Live) {
    this.#live = live;
  }

  /** Starts watching, or extends it. */
  keepWatching(): void {
    this.#stop ??= this.#live.watchSignOns((step) => {
      this.#steps.push(step);
      if (this.#steps.length > MOST_KEPT) this.#steps.shift();
    });
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.close(), KEPT_MS);
  }

  /**
   * Returns the steps of the last connection from this address, oldest first.
   */
  lastFrom(address: string, now: number): readonly SignOnStep[] {
    const own = this.#steps.filter((step) =>
      step.address === address && now - step.at < KEPT_MS
    );
    const last = own.at(-1)?.session;
    return own.filter(({ session }) => session === last);
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#stop?.();
    this.#stop = null;
    this.#steps = [];
  }
}

/**
 * Time of each member's last line in a room in slow mode. It is kept after a
 * member leaves, so that leaving and returning does not bypass the mode.
 *
 * @module
 */
import type { Uid } from "./store.ts";

/** Number of names beyond which those whose wait is over are forgotten. */
const MANY = 1000;

export class SlowMode {
  readonly #last = new Map<Uid, number>();

  /** Milliseconds until `uid` may write again; 0: now. */
  wait(uid: Uid, everyMs: number, steady: number): number {
    const last = this.#last.get(uid);
    return last === undefined ? 0 : Math.max(0, last + everyMs - steady);
  }

  wrote(uid: Uid, everyMs: number, steady: number): void {
    this.#last.set(uid, steady);
    if (this.#last.size <= MANY) return;
    for (const [one, at] of this.#last) {
      if (at + everyMs <= steady) this.#last.delete(one);
    }
  }
}

/**
 * Giving way to others. An await of something that is there already goes on
 * at once, before any other socket or timer has its turn: a loop over a busy
 * socket must give way by itself.
 *
 * @module
 */
import { setImmediate } from "node:timers";

/** Resolves when everything else that is ready has had its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((go) => void setImmediate(go));
}

/** Resolves after `ms` milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((go) => void setTimeout(go, ms));
}

/**
 * Lets so many through in each turn of the event loop; the others wait in
 * line. For work that may come from thousands at once.
 */
export class Turnstile {
  #left: number;
  #waiting: (() => void)[] = [];
  #turning = false;

  constructor(readonly perTurn: number) {
    this.#left = perTurn;
  }

  /** Undefined: go on at once. */
  pass(): Promise<void> | undefined {
    if (!this.#turning) this.#turn();
    if (this.#left > 0) {
      this.#left--;
      return undefined;
    }
    return new Promise((go) => this.#waiting.push(go));
  }

  #turn(): void {
    this.#turning = true;
    setImmediate(() => this.#next());
  }

  #next(): void {
    const quiet = this.#left === this.perTurn;
    const through = this.#waiting.splice(0, this.perTurn);
    this.#left = this.perTurn - through.length;
    if (quiet && through.length === 0) this.#turning = false;
    else this.#turn();
    for (const go of through) go();
  }
}

/**
 * Limits the work of unauthenticated clients per event-loop turn, and shares it
 * fairly among hosts.
 *
 * @module
 */
import { FairQueue } from "./fair_queue.ts";
import { hostKey } from "./addresses.ts";
import { nextTurn } from "./turn.ts";

export class Turnstile {
  readonly #waiting = new FairQueue<() => void>();
  #left: number;
  #turning = false;

  constructor(readonly perTurn: number) {
    this.#left = perTurn;
  }

  /**
   * Resolves when work for this address may begin; undefined: immediately. Each
   * host waits behind its own work, and behind one item of each other host.
   */
  pass(address: string): Promise<void> | undefined {
    if (!this.#turning) this.#turn();
    if (this.#left > 0) {
      this.#left--;
      return undefined;
    }
    return new Promise((go) => this.#waiting.push(hostKey(address), go));
  }

  #turn(): void {
    this.#turning = true;
    void nextTurn().then(() => this.#next());
  }

  #next(): void {
    const quiet = this.#left === this.perTurn;
    const through: (() => void)[] = [];
    while (through.length < this.perTurn && this.#waiting.size > 0) {
      through.push(this.#waiting.shift()!);
    }
    this.#left = this.perTurn - through.length;
    if (quiet && through.length === 0) this.#turning = false;
    else this.#turn();
    for (const go of through) go();
  }
}

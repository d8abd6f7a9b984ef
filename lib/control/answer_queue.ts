/**
 * Answers to one client of the control channel, written one at a time and in
 * order, with a limit on what waits: a reader that has stopped (`log tail |
 * less`) must not fill the server's memory.
 *
 * @module
 */
import { type Answer, encodeLine } from "./protocol.ts";

/** Maximum bytes of waiting pieces. */
const MOST_WAITING = 1024 * 1024;

export interface AnswerTarget {
  write(bytes: Uint8Array): Promise<number>;
}

export class AnswerQueue {
  readonly #target: AnswerTarget;
  readonly #failed: () => void;
  readonly #most: number;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;
  #leftOut = 0;

  /** `failed` is called when a write fails because the client has gone. */
  constructor(
    target: AnswerTarget,
    failed: () => void,
    most = MOST_WAITING,
  ) {
    this.#target = target;
    this.#failed = failed;
    this.#most = most;
  }

  /** Bytes waiting to be written. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Queues a piece, or drops it when too much is waiting. */
  emit(lines: readonly string[], json: unknown): void {
    if (this.#waiting >= this.#most) {
      this.#leftOut += Math.max(1, lines.length);
      return;
    }
    if (this.#leftOut > 0) {
      const count = this.#leftOut;
      this.#leftOut = 0;
      this.#push({
        lines: [`… ${count} lines left out: they were not read in time`],
        json: { leftOut: count },
      });
    }
    this.#push({ lines, json });
  }

  /**
   * Reports that the command is still running, unless other answers show that.
   */
  alive(): void {
    if (this.#waiting === 0) this.#push({ alive: true });
  }

  /** Queues the result, which is never dropped. Resolves when it is written. */
  async finish(answer: Answer): Promise<void> {
    this.#push(answer);
    await this.#last;
  }

  #push(answer: Answer): void {
    const bytes = encodeLine(answer);
    this.#waiting += bytes.length;
    this.#last = this.#last.then(() => this.#write(bytes));
    this.#last.catch(() => this.#failed());
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0;) {
      rest = rest.subarray(await this.#target.write(rest));
    }
    this.#waiting -= bytes.length;
  }
}

/**
 * The parts of a running server. Each starts when it is made and ends in its
 * `[Symbol.asyncDispose]`; they end in the reverse order of their start.
 *
 * @module
 */
import type { Logger } from "../ops/log.ts";

/** Time that each part has to end; all of them take far less. */
const END_MS = 5000;

export class Parts implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly #log: Logger;
  #failed = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** True after a part did not end cleanly. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Takes over a part that has started. Returns it. */
  use<T extends AsyncDisposable | Disposable>(name: string, part: T): T {
    this.#stack.defer(() => this.#end(name, part));
    return part;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  /** A part that fails or hangs must not keep the others from ending. */
  async #end(name: string, part: AsyncDisposable | Disposable): Promise<void> {
    try {
      await within(
        END_MS,
        Symbol.asyncDispose in part
          ? part[Symbol.asyncDispose]()
          : part[Symbol.dispose](),
      );
    } catch (error) {
      this.#failed = true;
      this.#log.error("could not end cleanly", {
        part: name,
        error: String(error),
      });
    }
  }
}

/** Rejects when `work` has not ended in time. */
async function within(
  ms: number,
  work: void | PromiseLike<void>,
): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${ms} ms`)), ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

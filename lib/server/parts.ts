/**
 * The parts of a running server. Each starts when it is created and stops in
 * its `[Symbol.asyncDispose]`, in the reverse order of starting.
 *
 * @module
 */
import type { Logger } from "../ops/log.ts";

/** Milliseconds for each part to stop; all of them need far less. */
const END_MS = 5000;

export class Parts implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly #log: Logger;
  #failed = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** True when a part did not stop cleanly. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Adds a part that has started, and returns it. */
  use<T extends AsyncDisposable | Disposable>(name: string, part: T): T {
    this.#stack.defer(() => this.#end(name, part));
    return part;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  /**
   * Stops one part; a failing or hanging part must not keep the others from
   * stopping.
   */
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

/** Rejects when `work` does not settle in time. */
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

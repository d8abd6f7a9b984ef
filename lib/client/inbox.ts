/**
 * Items that have arrived and have not been taken. Nothing is ever dropped: a
 * caller takes the first item that it wants, and the others stay in order.
 *
 * @module
 */

/** Default timeout in milliseconds. */
export const DEFAULT_TIMEOUT_MS = 10_000;

interface Waiter<T> {
  readonly wants: (item: T) => boolean;
  readonly resolve: (item: T) => void;
  readonly reject: (error: Error) => void;
}

/** Thrown when no matching item arrived in time. */
export class NotInTime extends Error {
  override name = "NotInTime";
}

export class Inbox<T> {
  #items: T[] = [];
  #waiters: Waiter<T>[] = [];
  #failure: Error | undefined;

  /**
   * @param describe returns a short description of an item for error messages
   */
  constructor(readonly describe: (item: T) => string) {}

  /** Items not taken yet, oldest first. */
  get items(): readonly T[] {
    return this.#items;
  }

  put(item: T): void {
    const at = this.#waiters.findIndex((waiter) => waiter.wants(item));
    if (at < 0) {
      this.#items.push(item);
      return;
    }
    const [waiter] = this.#waiters.splice(at, 1);
    waiter!.resolve(item);
  }

  /** Makes current and later waits fail once no matching item is left. */
  fail(error: Error): void {
    this.#failure ??= error;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }

  /** Takes the first item that `wants` accepts, waiting for it if necessary. */
  next(
    wants: (item: T) => boolean,
    what: string,
    timeoutMs = DEFAULT_TIMEOUT_MS,
  ): Promise<T> {
    const taken = this.take(wants);
    if (taken !== undefined) return Promise.resolve(taken);
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise<T>((resolve, reject) => {
      const waiter: Waiter<T> = {
        wants,
        resolve: (item) => {
          clearTimeout(timer);
          resolve(item);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      const timer = setTimeout(() => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        const held = this.#items.map(this.describe).join(", ") || "nothing";
        reject(
          new NotInTime(`${what} did not come in ${timeoutMs} ms; got ${held}`),
        );
      }, timeoutMs);
      this.#waiters.push(waiter);
    });
  }

  /** Takes the first item that `wants` accepts, if it has already arrived. */
  take(wants: (item: T) => boolean): T | undefined {
    const at = this.#items.findIndex(wants);
    return at < 0 ? undefined : this.#items.splice(at, 1)[0];
  }

  /** Takes all items. */
  drain(): T[] {
    return this.#items.splice(0);
  }
}

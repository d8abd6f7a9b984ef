/**
 * A queue in which everybody waits behind their own work only: one item of each
 * in turn, each one's items in the order in which they came.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const queue = new FairQueue<string>();
 * for (const item of ["a1", "a2", "a3", "b1"]) queue.push(item[0]!, item);
 * const order = Array.from({ length: 4 }, () => queue.shift());
 * assert.deepEqual(order, ["a1", "b1", "a2", "a3"]);
 * ```
 *
 * @module
 */

export class FairQueue<T> {
  /** Items by owner; the first entry is the owner whose turn is next. */
  readonly #lanes = new Map<string, T[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(owner: string, item: T): void {
    const lane = this.#lanes.get(owner);
    if (lane === undefined) this.#lanes.set(owner, [item]);
    else lane.push(item);
    this.#size++;
  }

  /** Returns the next item, and moves its owner to the end. */
  shift(): T | undefined {
    for (const [owner, lane] of this.#lanes) {
      const item = lane.shift();
      this.#lanes.delete(owner);
      if (lane.length > 0) this.#lanes.set(owner, lane);
      this.#size--;
      return item;
    }
    return undefined;
  }

  /** Removes the newest item of the owner who has the most items. */
  dropNewestOfLongest(): T | undefined {
    let longest: [string, T[]] | undefined;
    for (const entry of this.#lanes) {
      if (longest === undefined || entry[1].length > longest[1].length) {
        longest = entry;
      }
    }
    if (longest === undefined) return undefined;
    const [owner, lane] = longest;
    const item = lane.pop();
    if (lane.length === 0) this.#lanes.delete(owner);
    this.#size--;
    return item;
  }
}

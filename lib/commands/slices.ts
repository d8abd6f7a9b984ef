/**
 * Runs long work in slices, so that a running server serves its clients in
 * between, with a line of progress now and then.
 *
 * @module
 */
import { nextTurn } from "../net/turn.ts";
import type { Context } from "./command.ts";

/** Longest slice, in milliseconds. */
const SLICE_MS = 20;
/** Milliseconds between two lines of progress. */
export const PROGRESS_MS = 2000;

/**
 * Calls `work` for every item. `around` wraps each slice, for example in a
 * transaction.
 */
export async function inSlices<T>(
  { emit }: Pick<Context, "emit">,
  done: string,
  items: readonly T[],
  work: (item: T) => void,
  around: (slice: () => void) => void = (slice) => slice(),
): Promise<void> {
  let said = performance.now();
  for (let at = 0; at < items.length;) {
    around(() => {
      const until = performance.now() + SLICE_MS;
      do work(items[at++]!); while (
        at < items.length && performance.now() < until
      );
    });
    if (at === items.length) return;
    await nextTurn();
    if (performance.now() - said < PROGRESS_MS) continue;
    said = performance.now();
    // Without JSON, because progress is not part of the answer.
    emit([`${at} of ${items.length} ${done} …`], undefined);
  }
}

/**
 * What a server that runs for months throws away now and then.
 *
 * @module
 */
import type { Millis, Store } from "../domain/store.ts";

const DAY_MS = 86_400_000;

/** Old entries of the audit log, and bans that are over. */
export function tidy(store: Store, now: Millis, auditDays: number): void {
  store.audit.prune(now - auditDays * DAY_MS);
  store.bans.prune(now);
}

/** Now and every day; the returned function ends it. */
export function tidyDaily(
  work: () => void,
  onError: (error: unknown) => void,
): () => void {
  const once = () => {
    try {
      work();
    } catch (error) {
      onError(error);
    }
  };
  once();
  const timer = setInterval(once, DAY_MS);
  return () => clearInterval(timer);
}

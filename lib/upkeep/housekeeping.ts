/**
 * What is thrown away when its time has come, so that the database does not
 * grow without bound.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import type { Store } from "../domain/store.ts";
import type { Logger } from "../ops/log.ts";

const EVERY_MS = 6 * 3_600_000;
const DAY_MS = 86_400_000;

export interface HousekeepingOptions {
  readonly store: Store;
  readonly log: Logger;
  readonly clock: () => number;
  /** The configuration in force. */
  readonly config: () => Config;
  /** Removes accounts whose time is over; returns how many. */
  readonly removeExpired?: () => number;
}

/** Prunes now and then every six hours; call the returned function to stop. */
export function keepHouse(options: HousekeepingOptions): () => void {
  prune(options);
  const timer = setInterval(() => prune(options), EVERY_MS);
  return () => clearInterval(timer);
}

/** Removes what is older than the settings say. */
export function prune(
  { store, log, clock, config, removeExpired }: HousekeepingOptions,
): void {
  const now = clock();
  try {
    const audit = store.audit.prune(now - DAY_MS * config().store.audit_days);
    const bans = store.bans.prune(now);
    const complaints = store.complaints.prune(
      now - DAY_MS * config().store.complaint_days,
    );
    const mutes = store.mutes.prune(now);
    const sessions = store.pastSessions.prune(
      now - DAY_MS * config().store.session_days,
    );
    const statistics = store.statistics.prune(
      now - DAY_MS * config().store.statistics_days,
      100_000,
    );
    const accounts = removeExpired?.() ?? 0;
    const gone = {
      audit,
      bans,
      complaints,
      mutes,
      sessions,
      statistics,
      accounts,
    };
    if (Object.values(gone).some((count) => count > 0)) {
      log.info("old entries thrown away", gone);
    }
  } catch (error) {
    log.error("old entries could not be thrown away", { error: `${error}` });
  }
}

/**
 * Ending a user's webcam, and allowing it again.
 *
 * @module
 */
import type { Account, Millis } from "../domain/store.ts";
import { type Acting, audit, Refused, requireAbove } from "./acting.ts";

/** Default duration of a stop, in milliseconds. */
const DEFAULT_STOP_MS = 3_600_000;

/**
 * Ends a user's picture on every screen, and prevents publishing until `until`.
 * Returns whether there was a picture. Throws Refused unless the account is
 * below the actor.
 */
export function stopVideo(
  acting: Acting,
  account: Account,
  forMs: number | null = DEFAULT_STOP_MS,
): { readonly wasShown: boolean; readonly until: Millis } {
  requireAbove(acting.actor, account);
  const until = forMs === null ? Infinity : acting.now() + forMs;
  const wasShown = acting.live?.stopVideo(account.uid, until) ?? false;
  audit(acting, {
    action: "video stop",
    target: account.nickname,
    after: forMs === null ? "until the server stops" : `${forMs / 1000} s`,
  });
  return { wasShown, until };
}

/**
 * Allows a user to publish again. Throws Refused when they were not stopped.
 */
export function allowVideo(acting: Acting, account: Account): void {
  requireAbove(acting.actor, account);
  if (!acting.live?.allowVideo(account.uid)) {
    throw new Refused(
      `The video of ${account.nickname} is not stopped.`,
      "not-found",
    );
  }
  audit(acting, { action: "video allow", target: account.nickname });
}

/**
 * Ending somebody's webcam, and letting them show it again.
 *
 * @module
 */
import type { Account, Millis } from "../domain/store.ts";
import { type Acting, audit, Refused, requireAbove } from "./acting.ts";

/** How long a stop lasts when nobody says. */
const DEFAULT_STOP_MS = 3_600_000;

/**
 * Ends the picture of a user on every screen, and keeps them from publishing
 * until then. Returns whether there was a picture. Throws Refused unless the
 * account is below the actor.
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
    after: forMs === null ? "until the server ends" : `${forMs / 1000} s`,
  });
  return { wasShown, until };
}

/** Ends such a stop. Throws Refused when there is none. */
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

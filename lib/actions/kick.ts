/**
 * Ending the session of an online user.
 *
 * @module
 */
import type { Account } from "../domain/store.ts";
import type { Farewell } from "../ops/live.ts";
import {
  type Acting,
  audit,
  Refused,
  requireAbove,
  requireYes,
} from "./acting.ts";

const NO_REASON = "You were disconnected by the staff.";

export interface KickWish {
  readonly reason?: string | undefined;
  readonly farewell?: Farewell | undefined;
  readonly confirmed?: boolean | undefined;
}

/**
 * Ends the session. Throws when the account is not online, or not below the
 * actor.
 */
export function kick(
  acting: Acting,
  account: Account,
  { reason = NO_REASON, farewell, confirmed }: KickWish,
): void {
  const { actor, live } = acting;
  requireAbove(actor, account);
  requireYes(
    account.uid === actor.uid ? ["This ends your own session."] : [],
    confirmed,
  );
  if (!live?.kick(account.uid, reason, farewell)) {
    throw new Refused(`${account.nickname} is not online.`, "not-found");
  }
  audit(acting, {
    action: "user kick",
    target: account.nickname,
    after: reason,
  });
}

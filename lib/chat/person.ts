/**
 * What others may see of a user.
 *
 * @module
 */
import type { Account } from "../domain/store.ts";
import type { Person } from "../protocol/packets/pals.ts";

/** Returns the names that a user shows, for pal lists and windows. */
export function asPal(account: Account): Person {
  return {
    uid: account.uid,
    nickname: account.nickname,
    ...(account.showFirst && account.first && { first: account.first }),
    ...(account.showLast && account.last && { last: account.last }),
  };
}

/** Returns the same with the e-mail address, as search results show it. */
export function asHit(account: Account): Person {
  return {
    ...asPal(account),
    ...(account.showEmail && account.email && { email: account.email }),
  };
}

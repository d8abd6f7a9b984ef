/**
 * What others may see of somebody.
 *
 * @module
 */
import type { Account } from "../domain/store.ts";
import type { Person } from "../protocol/packets/pals.ts";

/** The names that a user shows: for lists of pals and windows. */
export function asPal(account: Account): Person {
  return {
    uid: account.uid,
    nickname: account.nickname,
    ...(account.showFirst && account.first && { first: account.first }),
    ...(account.showLast && account.last && { last: account.last }),
  };
}

/** The same with the e-mail address, as a search shows it. */
export function asHit(account: Account): Person {
  return {
    ...asPal(account),
    ...(account.showEmail && account.email && { email: account.email }),
  };
}

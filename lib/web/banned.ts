/**
 * Bans of addresses and networks, as the chat's sign-on heeds them.
 *
 * @module
 */
import { AddressBans } from "../actions/address_bans.ts";
import type { Account, Ban, Millis, Store } from "../domain/store.ts";

/** Returns the ban that keeps this account, or a stranger, from signing in. */
export function addressBan(
  store: Store,
  address: string,
  account: Account | undefined,
  now: Millis,
): Ban | undefined {
  return new AddressBans(store.bans).of(address, account, now);
}

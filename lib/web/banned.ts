/**
 * Bans of addresses and networks, as the chat's door knows them.
 *
 * @module
 */
import { inNetwork } from "../net/networks.ts";
import type { Millis, Store } from "../domain/store.ts";

export function addressIsBanned(
  store: Store,
  address: string,
  now: Millis,
): boolean {
  return store.bans.list(now).some((ban) =>
    ban.kind !== "account" && inNetwork(address, ban.target)
  );
}

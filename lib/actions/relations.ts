/**
 * A user's own lists: pals and blocked users.
 *
 * @module
 */
import { palName } from "../domain/pal_names.ts";
import {
  type Account,
  type Store,
  SYSTEM_UID,
  type Uid,
} from "../domain/store.ts";
import { type Acting, Refused } from "./acting.ts";
import { findable } from "./applications.ts";

/** The client's own list is limited to 500. */
const MAX_BLOCKS = 499;

/** Returns why `uid` cannot add this pal, or null when they can. */
export function palFault(
  store: Store,
  uid: Uid,
  pal: Uid,
  { count, most }: { readonly count: number; readonly most: number },
): string | null {
  if (findable(store, store.accounts.get(pal)) === undefined) {
    return "There is no such user.";
  }
  if (pal === uid) return "You cannot be your own pal.";
  return count >= most ? "Your pal list is full." : null;
}

/** Returns why `uid` cannot block this user, or null when they can. */
export function blockFault(
  store: Store,
  uid: Uid,
  blocked: Uid,
  count: number,
): string | null {
  if (blocked === uid || blocked === SYSTEM_UID) {
    return "You cannot block this user.";
  }
  if (store.accounts.get(blocked) === undefined) {
    return "There is no such user.";
  }
  return count >= MAX_BLOCKS ? "Your block list is full." : null;
}

/** Returns an account that other users can find. Throws {@linkcode Refused}. */
export function personNamed(store: Store, nickname: string): Account {
  const found = findable(store, store.accounts.byNickname(nickname));
  if (found !== undefined) return found;
  throw new Refused(`There is no user "${nickname}".`, "not-found");
}

export function addPal(
  { store, live, now }: Acting,
  uid: Uid,
  pal: Uid,
  most: number,
): void {
  const count = store.relations.pals(uid).length;
  const fault = palFault(store, uid, pal, { count, most });
  if (fault !== null) throw new Refused(fault);
  store.relations.addPal(uid, pal, now());
  live?.relationChanged(uid, pal);
}

export function removePal({ store, live }: Acting, uid: Uid, pal: Uid): void {
  if (!store.relations.removePal(uid, pal)) throw noPal();
  live?.relationChanged(uid, pal);
}

/** Renames a pal in this list only; "" restores the nickname. */
export function namePal(
  { store, live }: Acting,
  uid: Uid,
  pal: Uid,
  name: string,
): void {
  if (!store.relations.namePal(uid, pal, palName(name))) throw noPal();
  live?.relationChanged(uid, pal);
}

export function block(
  { store, live, now }: Acting,
  uid: Uid,
  other: Uid,
): void {
  const count = store.relations.blocks(uid).length;
  const fault = blockFault(store, uid, other, count);
  if (fault !== null) throw new Refused(fault);
  store.relations.addBlock(uid, other, now());
  live?.relationChanged(uid, other);
}

export function unblock({ store, live }: Acting, uid: Uid, other: Uid): void {
  if (!store.relations.removeBlock(uid, other)) {
    throw new Refused("You have not blocked this user.");
  }
  live?.relationChanged(uid, other);
}

function noPal(): Refused {
  return new Refused("This is not one of your pals.");
}

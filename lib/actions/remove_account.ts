/**
 * Removing an account permanently.
 *
 * @module
 */
import {
  type Account,
  type OrphanRooms,
  type Store,
  type StoredRoom,
  SYSTEM_UID,
} from "../domain/store.ts";
import { encodeText } from "../protocol/windows1252.ts";
import { type Acting, audit } from "./acting.ts";

export interface RemovalWish {
  /** The fate of permanent rooms that the account owns. */
  readonly rooms: OrphanRooms;
  /** The fate of messages from the account that nobody has read yet. */
  readonly messages: "keep" | "remove";
}

export function roomsOwnedBy(store: Store, account: Account): StoredRoom[] {
  return store.rooms.list().filter((room) => room.owner === account.uid);
}

/** Removes the account, ends its session and updates the rooms it owned. */
export function removeAccount(
  acting: Acting,
  account: Account,
  { rooms, messages }: RemovalWish,
): void {
  const { store, live } = acting;
  const owned = roomsOwnedBy(store, account);
  store.transaction(() => {
    if (messages === "keep") handOver(store, account);
    store.accounts.remove(account.uid, rooms);
    audit(acting, {
      action: "user remove",
      target: account.nickname,
      before: { uid: account.uid, role: account.role, email: account.email },
      after: { rooms, messages },
    });
  });
  for (const room of owned) {
    if (rooms === "remove") {
      live?.roomRemoved(room.gid, "This room was removed.");
    } else live?.roomChanged(room.gid);
  }
  live?.accountRemoved(account.uid, "Your account was removed.");
}

/**
 * Moves unread messages from the account to the system user, because the client
 * shows nothing from a uid that does not exist.
 */
function handOver(store: Store, account: Account): void {
  const head = encodeText(`${account.nickname} (account removed) wrote: `);
  for (const { to, body, at } of store.messages.sentBy(account.uid)) {
    const whole = new Uint8Array(head.length + body.length);
    whole.set(head);
    whole.set(body, head.length);
    store.messages.add({ to, from: SYSTEM_UID, body: whole, at });
  }
}

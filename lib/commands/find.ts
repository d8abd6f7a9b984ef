/**
 * Finds the account, room or category that a user means by what they typed.
 *
 * @module
 */
import { didYouMean } from "../config/nearest.ts";
import {
  type Account,
  type Category,
  type Store,
  type StoredRoom,
  SYSTEM_UID,
} from "../domain/store.ts";
import type { Live, RoomInfo } from "../ops/live.ts";
import { CODE, CommandError, notFound, refused } from "./command.ts";

/**
 * Returns the account with this uid, otherwise with this nickname: a nickname
 * made of digits must not hide another account's uid. Throws when there is
 * none.
 */
export function findAccount(store: Store, text: string): Account {
  const found =
    (/^\d{1,10}$/.test(text) ? store.accounts.get(Number(text)) : undefined) ??
      store.accounts.byNickname(text.normalize("NFC"));
  if (found) return found;
  const near = store.accounts.list({ text: text.slice(0, 3), limit: 200 })
    .map((account) => account.nickname);
  throw notFound(
    `There is no user "${text}".${didYouMean(text, near)} ` +
      "`retropal user list` shows them all.",
  );
}

/** Does the same, but refuses the system user. */
export function findPerson(store: Store, text: string): Account {
  const account = findAccount(store, text);
  if (account.uid === SYSTEM_UID) {
    throw refused(
      `${account.nickname} is the server itself: leave it as it is.`,
    );
  }
  return account;
}

/** Returns a permanent room, by number, otherwise by name. */
export function storedRoom(store: Store, text: string): StoredRoom | undefined {
  return (/^\d{1,5}$/.test(text) ? store.rooms.get(Number(text)) : undefined) ??
    store.rooms.byName(text);
}

/** Returns a room that is open in the running server, temporary or not. */
export function openRoom(
  live: Live | null,
  text: string,
): RoomInfo | undefined {
  const rooms = live?.rooms() ?? [];
  return rooms.find((one) => String(one.gid) === text) ??
    rooms.find((one) => one.name.toLowerCase() === text.toLowerCase());
}

/**
 * Returns a permanent room, by number, otherwise by name. Throws when there is
 * none.
 */
export function findRoom(store: Store, text: string): StoredRoom {
  const found = storedRoom(store, text);
  if (found) return found;
  const near = didYouMean(text, store.rooms.list().map((room) => room.name));
  throw notFound(
    `There is no permanent room "${text}".${near} ` +
      "`retropal room list` shows them all.",
  );
}

/**
 * Returns a category, by code, otherwise by name. Throws when there is none.
 */
export function findCategory(store: Store, text: string): Category {
  const all = store.categories.list();
  const found = all.find((one) => String(one.code) === text) ??
    all.find((one) => one.name.toLowerCase() === text.toLowerCase());
  if (found) return found;
  throw new CommandError(
    CODE.notFound,
    `There is no category "${text}".${
      didYouMean(text, all.map((one) => one.name))
    } \`retropal category list\` shows them all.`,
  );
}

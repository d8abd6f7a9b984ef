/**
 * Pals and blocks as the store keeps them.
 *
 * @module
 */
import type { Millis, Uid } from "../ids.ts";
import type { Account } from "./accounts.ts";

/** A pal or a blocked person as lists show them. */
export type Pal = Pick<Account, "uid" | "nickname" | "first" | "last"> & {
  /** The name that the list's owner has given a pal; absent for none. */
  readonly display?: string;
};

export interface Relations {
  pals(uid: Uid): Pal[];
  /** False when they were there already. */
  addPal(uid: Uid, pal: Uid, at: Millis): boolean;
  removePal(uid: Uid, pal: Uid): boolean;
  /** "" for none; false when `pal` is not a pal of `uid`. */
  namePal(uid: Uid, pal: Uid, display: string): boolean;
  /** All users who have `uid` among their pals. */
  watchers(uid: Uid): Uid[];
  blocks(uid: Uid): Pal[];
  addBlock(uid: Uid, blocked: Uid, at: Millis): boolean;
  removeBlock(uid: Uid, blocked: Uid): boolean;
  /** Everybody who has blocked `uid`. */
  blockedBy(uid: Uid): Uid[];
}

/**
 * Giving an account a new password.
 *
 * @module
 */
import { passwordFault } from "../domain/accounts.ts";
import type { Account } from "../domain/store.ts";
import type { Turn } from "../ops/password_hash.ts";
import { encodeText } from "../protocol/windows1252.ts";
import { type Acting, audit, Refused } from "./acting.ts";

const CHANGED = "Your password was changed. Please sign on with the new one.";

/**
 * Replaces the password and ends the chat session opened with the old one.
 * Sessions on the pages end by themselves, because each remembers its hash.
 */
export function replacePassword(
  acting: Acting,
  account: Account,
  passwordHash: string,
): void {
  const { store, live } = acting;
  store.transaction(() => {
    store.accounts.setPassword(account.uid, passwordHash);
    audit(acting, { action: "user passwd", target: account.nickname });
  });
  live?.kick(account.uid, CHANGED);
}

export interface OwnPasswordWish {
  readonly password: string;
  /** Checks the old password of `account`; may throw a refusal of its own. */
  isRight(account: Account): Promise<boolean>;
  hash(password: Uint8Array, turn?: Turn): Promise<string>;
  readonly turn: Turn;
  /** Returns whether the user is still waiting; called after hashing. */
  isThere?(): boolean;
}

/** Changes the actor's own password. Throws {@linkcode Refused}. */
export async function changeOwnPassword(
  acting: Acting,
  uid: number,
  { password, isRight, hash, turn, isThere }: OwnPasswordWish,
): Promise<void> {
  const fault = passwordFault(password);
  if (fault !== null) throw new Refused(fault);
  const account = acting.store.accounts.get(uid);
  if (account === undefined || !await isRight(account)) {
    throw new Refused("The old password is wrong.");
  }
  const passwordHash = await hash(encodeText(password), turn);
  // Hashes wait in a queue, and meanwhile the host may have taken the account
  // back from an attacker who had found out its password.
  const now = acting.store.accounts.get(uid)?.passwordHash;
  if (now !== account.passwordHash || isThere?.() === false) {
    throw new Refused("Your password was changed meanwhile.");
  }
  replacePassword(acting, account, passwordHash);
}

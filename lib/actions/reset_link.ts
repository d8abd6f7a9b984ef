/**
 * Links with which members set a new password themselves.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";
import type { Account, Millis, Store, Uid } from "../domain/store.ts";
import { accountOfEmailLink } from "./email.ts";
import { type Acting, audit } from "./acting.ts";

/** Default lifetime of a link, in milliseconds. */
export const LINK_MS = 24 * 3_600_000;

/** Returns the token of a new link, and voids the previous one. */
export function makeResetLink(
  acting: Acting,
  { uid, nickname, passwordHash }: Account,
  lasts: Millis = LINK_MS,
): string {
  const token = Buffer.from(randomBytes(24)).toString("base64url");
  acting.store.transaction(() => {
    acting.store.passwordResets.add({
      uid,
      tokenHash: hashOf(token),
      passwordHash,
      expiresAt: acting.now() + lasts,
    });
    audit(acting, { action: "user reset-link", target: nickname });
  });
  return token;
}

/**
 * Returns the account of a link. Returns undefined when the link was used, has
 * expired, or was made for an earlier password.
 */
export function accountOfLink(
  store: Store,
  token: string,
  now: Millis,
): Account | undefined {
  const byMail = accountOfEmailLink(store, token, "reset", now);
  if (byMail !== undefined) return byMail;
  const reset = store.passwordResets.find(hashOf(token), now);
  const account = reset && store.accounts.get(reset.uid);
  return account?.passwordHash === reset?.passwordHash ? account : undefined;
}

/** Voids all links of an account whose password was changed. */
export function endResetLinks(
  { passwordResets, emails }: Store,
  uid: Uid,
): void {
  passwordResets.remove(uid);
  emails.removeLinks(uid, "reset");
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

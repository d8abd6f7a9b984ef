/**
 * Changing what an account tells of itself, from whichever form.
 *
 * @module
 */
import type { Account, AccountPatch } from "../../domain/store.ts";
import { PROFILE_LABELS } from "../profile_fields.ts";
import type { Site } from "../site.ts";
import { textFault } from "../text_rules.ts";

const NAMES = { first: "The first name", last: "The last name" } as const;

/** Null when it is done, or why not. What is not given stays as it is. */
export function changeProfile(
  site: Site,
  account: Account,
  given: ReadonlyMap<string, string>,
  address: string,
  shown: AccountPatch = {},
): string | null {
  const patch: Record<string, unknown> = { ...shown };
  for (const key of ["first", "last"] as const) {
    const value = given.get(key);
    if (value === undefined) continue;
    const fault = textFault(NAMES[key], value);
    if (fault !== null) return fault;
    patch[key] = value;
  }
  const email = given.get("email");
  if (email !== undefined) {
    const fault = textFault("The e-mail address", email) ??
      (email === "" || /^[^\s@]+@[^\s@]+$/.test(email)
        ? null
        : "This is no e-mail address.");
    if (fault !== null) return fault;
    patch.email = email;
  }
  const profile = new Map(site.store.accounts.profile(account.uid));
  for (const { key, label } of PROFILE_LABELS) {
    const value = given.get(key);
    if (value === undefined) continue;
    const fault = textFault(label, value);
    if (fault !== null) return fault;
    if (value === "") profile.delete(key);
    else profile.set(key, value);
  }
  site.store.transaction(() => {
    site.store.accounts.update(account.uid, patch as AccountPatch);
    site.store.accounts.setProfile(account.uid, profile);
    site.store.audit.add({
      at: site.clock(),
      actor: account.nickname,
      actorUid: account.uid,
      address,
      action: "user.profile",
      target: account.nickname,
      before: null,
      after: null,
    });
  });
  site.live.accountChanged(account.uid);
  return null;
}

/**
 * Changing the profile of an account.
 *
 * @module
 */
import type { Account, AccountPatch } from "../domain/store.ts";
import { type Acting, audit, difference, Refused } from "./acting.ts";
import { emailGiven, emailState, tellOldAddress } from "./email.ts";
import { emailFault, textFault } from "./person_text.ts";

/** The free fields of the client's form (packet -65); others are dropped. */
export const PROFILE_FIELDS = [
  "state",
  "country",
  "street",
  "zip",
  "sex",
  "age",
  "interests",
  "jobi",
  "jobf",
  "jobt",
  "home",
  "income",
  "d3off",
] as const;

/** Free fields by name. */
export type ProfileFields = ReadonlyMap<string, string>;

/** The requested changes; fields that are not given stay unchanged. */
export interface ProfileWish {
  readonly patch: AccountPatch;
  /** Free fields; "" removes one. */
  readonly fields?: ProfileFields;
}

/** Returns the error in one of the free fields, or null. */
export function fieldsFault(fields: ProfileFields): string | null {
  for (const key of PROFILE_FIELDS) {
    const fault = textFault(`The field "${key}"`, fields.get(key) ?? "");
    if (fault !== null) return fault;
  }
  return null;
}

export interface PersonTexts {
  readonly first?: string | undefined;
  readonly last?: string | undefined;
  readonly email?: string | undefined;
}

/** Returns the error in names or e-mail address, or null. */
export function patchFault(
  { first, last, email }: PersonTexts,
): string | null {
  return textFault("The first name", first ?? "") ??
    textFault("The last name", last ?? "") ?? emailFault(email ?? "");
}

export interface ProfileResult {
  /** Whether a mail that confirms a new address is on its way. */
  readonly confirmationSent: boolean;
}

/** Changes an account's profile. Throws {@linkcode Refused}. */
export function changeProfile(
  acting: Acting,
  account: Account,
  { patch, fields = new Map() }: ProfileWish,
): ProfileResult {
  const { store, live } = acting;
  const fault = patchFault(patch) ?? fieldsFault(fields);
  if (fault !== null) throw new Refused(fault);
  const profile = new Map(store.accounts.profile(account.uid));
  for (const key of PROFILE_FIELDS) {
    const value = fields.get(key);
    if (value === undefined) continue;
    if (value === "") profile.delete(key);
    else profile.set(key, value);
  }
  const before = store.accounts.get(account.uid) ?? account;
  const wasTrusted = ["given", "confirmed"].includes(emailState(store, before));
  const after = store.transaction(() => {
    const updated = store.accounts.update(account.uid, patch);
    store.accounts.setProfile(account.uid, profile);
    // Only the names of the fields: their values are private.
    const changed = [
      ...Object.keys(difference(before, updated).after),
      ...PROFILE_FIELDS.filter((key) => fields.has(key)),
    ];
    audit(acting, {
      action: "user profile",
      target: account.nickname,
      after: changed.join(", "),
    });
    return updated;
  });
  live?.accountChanged(account.uid);
  if (after.email === before.email || acting.actor.uid !== account.uid) {
    return { confirmationSent: false };
  }
  tellOldAddress(acting, before, wasTrusted);
  return { confirmationSent: emailGiven(acting, after) };
}

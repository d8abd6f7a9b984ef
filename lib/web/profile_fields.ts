/**
 * The free fields of a profile (docs/protocol.md, "Search and profile").
 *
 * @module
 */
import type { Account, Store, Uid } from "../domain/store.ts";

export interface ProfileLabel {
  readonly key: string;
  readonly label: string;
  /** Shown to everybody who opens the profile. */
  readonly shown: boolean;
}

export const PROFILE_LABELS: readonly ProfileLabel[] = [
  { key: "country", label: "Country", shown: true },
  { key: "state", label: "State", shown: true },
  { key: "street", label: "Street", shown: false },
  { key: "zip", label: "Zip code", shown: false },
  { key: "sex", label: "Sex", shown: true },
  { key: "age", label: "Age", shown: true },
  { key: "interests", label: "Interests", shown: true },
];

export function profileFields(
  store: Store,
  uid: Uid,
): ReadonlyMap<string, string> {
  return store.accounts.profile(uid);
}

/** Returns the label and value of each field that strangers may see. */
export function shownProfile(
  store: Store,
  account: Account,
): (readonly [string, string])[] {
  if (!account.listed) return [];
  const fields = profileFields(store, account.uid);
  const shown: [string, string][] = [
    ["First name", account.showFirst ? account.first : ""],
    ["Last name", account.showLast ? account.last : ""],
    ["E-mail", account.showEmail ? account.email : ""],
    ...PROFILE_LABELS.filter(({ shown }) => shown).map((
      { key, label },
    ): [string, string] => [label, fields.get(key) ?? ""]),
  ];
  return shown.filter(([, value]) => value !== "");
}

/**
 * The free fields of a profile (docs/protocol.md, "Search and profile").
 *
 * @module
 */
import type { Store, Uid } from "../domain/store.ts";

export interface ProfileLabel {
  readonly key: string;
  readonly label: string;
  /** To everybody who looks at the profile. */
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

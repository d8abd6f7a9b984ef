/**
 * Accounts as the store keeps them.
 *
 * @module
 */
import type { Millis, Uid } from "../ids.ts";
import type { Role } from "../roles.ts";

export interface Account {
  readonly uid: Uid;
  readonly nickname: string;
  /** scrypt in PHC form; never the password. */
  readonly passwordHash: string;
  readonly role: Role;
  readonly email: string;
  readonly first: string;
  readonly last: string;
  /** Shown in searches. */
  readonly listed: boolean;
  /** Nine decimal digits rrrgggbbb, each 000..255. */
  readonly color: string;
  /** `paid1=` of USER_DATA: "" none, "Y" plus, "6" the highest. */
  readonly paid: "" | "Y" | "6";
  /** `privacy=`: all, pals and ... as the client's menu has them. */
  readonly privacy: "A" | "T" | "P";
  readonly offersFromUs: boolean;
  readonly offersFromAffiliates: boolean;
  readonly showFirst: boolean;
  readonly showLast: boolean;
  readonly showEmail: boolean;
  /** Password hint from packet -71. */
  readonly hint: string;
  /** The question chosen with it, by its number in the client's list. */
  readonly hintQuestion: number;
  readonly createdAt: Millis;
  readonly lastSeenAt: Millis | null;
  readonly lastAddress: string | null;
}

/** All that may be given at creation; the store fills in the rest. */
export type NewAccount =
  & Pick<Account, "nickname" | "passwordHash" | "createdAt">
  & Partial<
    Omit<
      Account,
      "uid" | "nickname" | "passwordHash" | "createdAt" | "lastSeenAt"
    >
  >;
export type AccountPatch = Partial<
  Omit<Account, "uid" | "createdAt" | "passwordHash">
>;

/** Each field given must match; all comparisons ignore case. */
export interface AccountQuery {
  readonly nicknamePrefix?: string;
  readonly nickname?: string;
  readonly email?: string;
  readonly first?: string;
  readonly last?: string;
  /** Unlisted people are hidden unless this is true. */
  readonly includeUnlisted?: boolean;
  readonly limit: number;
}

export interface AccountListing {
  readonly role?: Role;
  /** Part of the nickname or the e-mail address. */
  readonly text?: string;
  readonly sort?: "nickname" | "uid" | "created" | "seen";
  readonly limit?: number;
  readonly offset?: number;
}

/** What becomes of a removed user's permanent rooms. */
export type OrphanRooms = "remove" | "keep";

export interface Accounts {
  get(uid: Uid): Account | undefined;
  /** Ignores case (Windows-1252 letters, not only ASCII). */
  byNickname(nickname: string): Account | undefined;
  /** Returns those whose nickname differs from this one in blanks only. */
  bySpacedNickname(nickname: string): Account[];
  create(account: NewAccount): Account;
  update(uid: Uid, patch: AccountPatch): Account;
  setPassword(uid: Uid, passwordHash: string): void;
  /** Also takes pals, blocks, messages, profile, room offices of that uid. */
  remove(uid: Uid, rooms: OrphanRooms): void;
  search(query: AccountQuery): Account[];
  list(listing?: AccountListing): Account[];
  count(): number;
  /** Not durable immediately: written with the next batch (`Store.flush`). */
  seen(uid: Uid, at: Millis, address: string): void;
  /** Notes the network of a sign-on; written with the next batch too. */
  signedOnFrom(uid: Uid, at: Millis, address: string): void;
  /** The networks of its last sign-ons, latest first. */
  places(uid: Uid): string[];
  /**
   * Whether one of the last ten networks (/24, or /64 of IPv6) from which the
   * account has signed on is that of `address`.
   */
  knowsPlace(uid: Uid, address: string): boolean;
  /** Free profile fields of packet -65 (state, country, interests, …). */
  profile(uid: Uid): ReadonlyMap<string, string>;
  setProfile(uid: Uid, fields: ReadonlyMap<string, string>): void;
}

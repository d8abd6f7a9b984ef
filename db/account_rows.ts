/**
 * The columns of the table users and an {@linkcode Account}, one into the
 * other.
 *
 * @module
 */

import { foldName } from "../lib/domain/names.ts";
import { type Account, LEVEL, type Role } from "../lib/domain/store.ts";
import { flag, type Value } from "./database.ts";

export interface AccountRow {
  uid: number;
  nickname: string;
  password_hash: string;
  role: number;
  email: string;
  first: string;
  last: string;
  listed: number;
  color: string;
  paid: Account["paid"];
  privacy: Account["privacy"];
  offers_from_us: number;
  offers_from_affiliates: number;
  show_first: number;
  show_last: number;
  show_email: number;
  hint: string;
  hint_question: number;
  created_at: number;
  last_seen_at: number | null;
  last_address: string | null;
}

/** In the order of {@linkcode writable}. */
export const WRITABLE = [
  "nickname",
  "nickname_key",
  "role",
  "email",
  "email_key",
  "first",
  "first_key",
  "last",
  "last_key",
  "listed",
  "color",
  "paid",
  "privacy",
  "offers_from_us",
  "offers_from_affiliates",
  "show_first",
  "show_last",
  "show_email",
  "hint",
  "hint_question",
  "last_seen_at",
  "last_address",
];

const ROLES = Object.keys(LEVEL) as Role[];

/** What a new account has when nothing else is said. */
export const DEFAULTS: Omit<
  Account,
  "uid" | "nickname" | "passwordHash" | "createdAt"
> = {
  role: "user",
  email: "",
  first: "",
  last: "",
  listed: true,
  color: "000000000",
  // The level that the real client was tested with: it has no limits.
  paid: "6",
  privacy: "A",
  offersFromUs: false,
  offersFromAffiliates: false,
  showFirst: true,
  showLast: true,
  showEmail: false,
  hint: "",
  hintQuestion: 0,
  lastSeenAt: null,
  lastAddress: null,
};

export function toAccount(row: AccountRow): Account {
  return {
    uid: row.uid,
    nickname: row.nickname,
    passwordHash: row.password_hash,
    role: ROLES[row.role] ?? "user",
    email: row.email,
    first: row.first,
    last: row.last,
    listed: row.listed === 1,
    color: row.color,
    paid: row.paid,
    privacy: row.privacy,
    offersFromUs: row.offers_from_us === 1,
    offersFromAffiliates: row.offers_from_affiliates === 1,
    showFirst: row.show_first === 1,
    showLast: row.show_last === 1,
    showEmail: row.show_email === 1,
    hint: row.hint,
    hintQuestion: row.hint_question,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    lastAddress: row.last_address,
  };
}

/** The values of {@linkcode WRITABLE}. */
export function writable(
  account: Omit<Account, "uid" | "passwordHash" | "createdAt">,
): Value[] {
  return [
    account.nickname,
    foldName(account.nickname),
    LEVEL[account.role],
    account.email,
    foldName(account.email),
    account.first,
    foldName(account.first),
    account.last,
    foldName(account.last),
    flag(account.listed),
    account.color,
    account.paid,
    account.privacy,
    flag(account.offersFromUs),
    flag(account.offersFromAffiliates),
    flag(account.showFirst),
    flag(account.showLast),
    flag(account.showEmail),
    account.hint,
    account.hintQuestion,
    account.lastSeenAt,
    account.lastAddress,
  ];
}

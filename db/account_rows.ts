/**
 * The columns of the table users.
 *
 * @module
 */
import { type Account, LEVEL } from "../lib/domain/store.ts";
import { bool, Columns, plain, rank } from "./columns.ts";

export const USERS = new Columns<Account>("users", {
  uid: plain("uid", { fixed: true }),
  nickname: plain("nickname", { folded: true }),
  passwordHash: plain("password_hash", { fixed: true }),
  role: rank("role", LEVEL, "user"),
  email: plain("email", { folded: true, initial: "" }),
  first: plain("first", { folded: true, initial: "" }),
  last: plain("last", { folded: true, initial: "" }),
  listed: bool("listed", true),
  color: plain("color", { initial: "000000000" }),
  // The level that the real client was tested with: it has no limits.
  paid: plain("paid", { initial: "6" }),
  privacy: plain("privacy", { initial: "A" }),
  offersFromUs: bool("offers_from_us", false),
  offersFromAffiliates: bool("offers_from_affiliates", false),
  showFirst: bool("show_first", true),
  showLast: bool("show_last", true),
  showEmail: bool("show_email", false),
  hint: plain("hint", { initial: "" }),
  hintQuestion: plain("hint_question", { initial: 0 }),
  createdAt: plain("created_at", { fixed: true }),
  lastSeenAt: plain<number | null>("last_seen_at", { initial: null }),
  lastAddress: plain<string | null>("last_address", { initial: null }),
});

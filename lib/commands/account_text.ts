/**
 * An account as commands show it: never its password hash.
 *
 * @module
 */
import { type Account, LEVEL, type Role, type Store } from "../domain/store.ts";
import { imitationFault, nicknameFault } from "../domain/accounts.ts";
import { encodeText, fitsWindows1252 } from "../protocol/windows1252.ts";
import { type Context, refused } from "./command.ts";
import { timeText } from "./table_text.ts";

export const ROLES = ["user", "moderator", "admin", "superadmin"] as const;

export function accountJson(account: Account, context: Context) {
  const { passwordHash: _, ...rest } = account;
  return {
    ...rest,
    online: context.live?.isOnline(account.uid) ?? false,
    banned: accountBan(context, account) !== undefined,
  };
}

export function accountBan(context: Context, account: Account) {
  return context.store.bans.find(
    "account",
    String(account.uid),
    context.now(),
  );
}

export const ACCOUNT_COLUMNS = [
  "UID",
  "NICKNAME",
  "ROLE",
  "E-MAIL",
  "LAST SEEN",
  "STATE",
];

export function accountRow(account: Account, context: Context): string[] {
  const json = accountJson(account, context);
  return [
    String(account.uid),
    account.nickname,
    account.role,
    account.email || "-",
    timeText(account.lastSeenAt),
    json.banned ? "banned" : json.online ? "on line" : "",
  ];
}

/**
 * Throws a refusal unless `nickname` can be given to somebody of `role`;
 * `own` is the account that has it already, when it is only changed in case.
 */
export function requireNickname(
  store: Store,
  nickname: string,
  role: Role,
  own?: Account,
): void {
  const fault = nicknameFault(nickname) ??
    imitationFault(
      nickname,
      LEVEL[role] > 0 ? [] : staffNicknames(store, own),
    );
  if (fault !== null) throw refused(fault);
  const taken = store.accounts.byNickname(nickname);
  if (taken && taken.uid !== own?.uid) {
    throw refused(
      `The nickname "${taken.nickname}" is taken (uid ${taken.uid}).`,
    );
  }
}

/** Nicknames of moderators and above, without `except`. */
export function staffNicknames(store: Store, except?: Account): string[] {
  return (["moderator", "admin", "superadmin"] as const)
    .flatMap((role) => store.accounts.list({ role, limit: 1000 }))
    .filter((account) => account.uid !== except?.uid)
    .map((account) => account.nickname);
}

const LONGEST_FIELD = 100;

/**
 * Throws a refusal for a name or an address that would break the client's
 * records (docs/protocol.md, "Records").
 */
export function requirePersonText(
  what: string,
  text: string | undefined,
): void {
  if (text === undefined) return;
  if (!fitsWindows1252(text) || /[\p{Cc}=\u00c8]/u.test(text)) {
    throw refused(
      `${what} is one line of Western European letters, without "=" and "\u00c8".`,
    );
  }
  if (encodeText(text).length > LONGEST_FIELD) {
    throw refused(`${what} has at most ${LONGEST_FIELD} characters.`);
  }
}

export function requireEmail(email: string | undefined): void {
  requirePersonText("An e-mail address", email);
  if (email && !/^[^@\s]+@[^@\s]+$/.test(email)) {
    throw refused(
      `"${email}" is no e-mail address: write one such as ann@example.org.`,
    );
  }
}

/**
 * The client's nine digits from what people write: "rrrgggbbb" or "#rrggbb".
 */
export function readColor(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text);
  if (hex) {
    return hex.slice(1)
      .map((part) => String(parseInt(part, 16)).padStart(3, "0")).join("");
  }
  const parts = text.match(/^\d{9}$/) ? text.match(/\d{3}/g) ?? [] : [];
  if (parts.length === 3 && parts.every((part) => Number(part) <= 255)) {
    return text;
  }
  throw refused(
    `"${text}" is no color: write #ff8800, or nine digits such as 255136000.`,
  );
}

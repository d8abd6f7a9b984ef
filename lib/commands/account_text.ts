/**
 * An account as commands show it: never its password hash.
 *
 * @module
 */
import { type Account, LEVEL, type Role, type Store } from "../domain/store.ts";
import { imitationFault, nicknameFault } from "../domain/accounts.ts";
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

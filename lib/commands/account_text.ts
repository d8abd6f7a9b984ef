/**
 * An account as commands show it: never its password hash.
 *
 * @module
 */
import { type Account, LEVEL, type Role } from "../domain/store.ts";
import { nicknameRefusal } from "../actions/names.ts";
import { patchFault, type PersonTexts } from "../actions/profile.ts";
import { type Context, refused } from "./command.ts";
import { timeText } from "./table_text.ts";

export const ROLES = ["user", "moderator", "admin", "superadmin"] as const;

export function accountJson(account: Account, context: Context) {
  const { passwordHash: _, ...rest } = account;
  return {
    ...rest,
    online: context.live?.isOnline(account.uid) ?? false,
    banned: accountBan(context, account) !== undefined,
    ...applicationJson(context, account),
  };
}

/** Only for accounts that are not approved. */
function applicationJson(
  { store }: Context,
  { uid }: Account,
): { approval?: "waiting" | "rejected" } {
  const one = store.applications.get(uid);
  return one === undefined
    ? {}
    : { approval: one.rejectedAt === null ? "waiting" : "rejected" };
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
    json.approval ??
      (json.banned ? "banned" : json.online ? "online" : ""),
  ];
}

/**
 * Throws a refusal unless `nickname` can be given to somebody of `role`;
 * `own` is the account that has it already, when it is only changed in case.
 * Reserved names are for superadmins and the host to give.
 */
export function requireNickname(
  { store, actor, config }: Context,
  nickname: string,
  role: Role,
  own?: Account,
): void {
  const fault = nicknameRefusal(store, nickname, {
    role,
    own,
    ...(actor.level < LEVEL.superadmin && LEVEL[role] === 0 &&
      { chosen: config }),
  });
  if (fault !== null) throw refused(fault);
}

/** Throws a refusal for texts that an account cannot hold. */
export function requireTexts(texts: PersonTexts): void {
  const fault = patchFault(texts);
  if (fault !== null) throw refused(fault);
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

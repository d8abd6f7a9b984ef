/**
 * Formats accounts for commands, never with the password hash.
 *
 * @module
 */
import { type Account, LEVEL, type Role } from "../domain/store.ts";
import { nicknameRefusal } from "../actions/names.ts";
import { colorFault, colorOf } from "../actions/person_text.ts";
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
 * Throws a refusal unless an account of `role` may have `nickname`; `own` is
 * the account that already has it, when only its case changes. Only superadmins
 * and the host may give reserved names.
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
 * Returns the client's nine digits of a color; throws a refusal for anything
 * else.
 */
export function readColor(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const color = colorOf(text);
  if (color === null) throw refused(colorFault(text));
  return color;
}

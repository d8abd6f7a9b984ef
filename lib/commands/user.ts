/**
 * Accounts: creating and showing them, and setting passwords.
 *
 * @module
 */
import { mayHandle } from "../actions/complaints.ts";
import { passwordFault } from "../domain/accounts.ts";
import { emailState } from "../actions/email.ts";
import {
  type Account,
  LEVEL,
  type Role,
  type Store,
  SYSTEM_UID,
} from "../domain/store.ts";
import { requireAbove } from "../actions/acting.ts";
import { composed } from "../actions/names.ts";
import { replacePassword } from "../actions/password.ts";
import { encodeText } from "../protocol/windows1252.ts";
import {
  ACCOUNT_COLUMNS,
  accountBan,
  accountJson,
  accountRow,
  requireNickname,
  requireTexts,
  ROLES,
} from "./account_text.ts";
import {
  audit,
  CODE,
  command,
  CommandError,
  type Context,
  done,
  refused,
} from "./command.ts";
import { argument, choiceOption, flag, numberOption, option } from "./field.ts";
import { findAccount, findPerson } from "./find.ts";
import { columns, pairs, timeText } from "./table_text.ts";

/** More than the number of uids, so that all accounts are listed by default. */
const ALL = 50_000_000;

/** Throws a refusal for a password that the client cannot use. */
export async function hashPassword(
  context: Context,
  secret: string | undefined,
): Promise<string> {
  if (secret === undefined) {
    throw new CommandError(
      CODE.usage,
      "A password is needed: give --password-stdin and write it to standard " +
        "input.",
    );
  }
  const fault = passwordFault(secret);
  if (fault !== null) throw refused(fault);
  // First in the queue, so that many sign-ons do not delay the host.
  return await context.hasher.hash(encodeText(secret), { first: true });
}

/** Throws a refusal for an account that cannot be created. */
function checkNewAccount(
  context: Context,
  input: {
    readonly nick: string;
    readonly role?: Role | undefined;
    readonly email?: string | undefined;
    readonly first?: string | undefined;
    readonly last?: string | undefined;
  },
): void {
  const role = input.role ?? "user";
  if (context.actor.level < LEVEL[role]) {
    throw refused(
      "You cannot create an account with a higher role than yours.",
    );
  }
  requireNickname(context, composed(input.nick), role);
  requireTexts(input);
}

export const userAdd = command({
  path: ["user", "add"],
  summary: "Create an account",
  details: "Prints the uid. The password has 5 to 12 characters and is asked " +
    "for, or read from standard input with --password-stdin.",
  examples: [
    "retropal user add Ann",
    "echo secret11 | retropal user add Ann --password-stdin --role moderator",
  ],
  fields: {
    nick: argument("NICK", "Nickname, as others will see it."),
    role: choiceOption(ROLES, "Role of the account; default: user."),
    email: option("ADDRESS", "E-mail address."),
    first: option("NAME", "First name."),
    last: option("NAME", "Last name."),
  },
  secret: { about: "Password", repeat: true, fault: passwordFault },
  startsData: true,
  role: "superadmin",
  check: checkNewAccount,
  async run(context, input, secret) {
    const { store } = context;
    checkNewAccount(context, input);
    const role = input.role ?? "user";
    const passwordHash = await hashPassword(context, secret);
    const account = store.transaction(() => {
      // Others may have registered while the password was hashed.
      checkNewAccount(context, input);
      const created = store.accounts.create({
        nickname: composed(input.nick),
        passwordHash,
        role,
        email: input.email ?? "",
        first: input.first ?? "",
        last: input.last ?? "",
        createdAt: context.now(),
      });
      audit(context, {
        action: "user add",
        target: created.nickname,
        after: { uid: created.uid, role },
      });
      return created;
    });
    return done(accountJson(account, context), String(account.uid));
  },
});

export const userPasswd = command({
  path: ["user", "passwd"],
  summary: "Give an account a new password",
  examples: [
    "retropal user passwd Ann",
    "echo secret12 | retropal user passwd Ann --password-stdin",
  ],
  fields: { nick: argument("NICK", "Nickname or uid.") },
  secret: { about: "New password", repeat: true, fault: passwordFault },
  role: "admin",
  check(context, input) {
    requireAbove(context.actor, findPerson(context.store, input.nick));
  },
  async run(context, input, secret) {
    const account = findPerson(context.store, input.nick);
    requireAbove(context.actor, account);
    const passwordHash = await hashPassword(context, secret);
    replacePassword(context, account, passwordHash);
    return done(
      { uid: account.uid },
      `${account.nickname} has a new password.`,
    );
  },
});

export const userList = command({
  path: ["user", "list"],
  summary: "List the accounts",
  examples: [
    "retropal user list",
    "retropal user list --role moderator --sort seen --json",
  ],
  fields: {
    role: choiceOption(ROLES, "List only accounts with this role."),
    search: option(
      "TEXT",
      "List only accounts with this text in the nickname or e-mail address.",
    ),
    online: flag("List only users who are online."),
    banned: flag("List only banned accounts."),
    sort: choiceOption(
      ["nickname", "uid", "created", "seen"],
      "Sort order; default: nickname.",
    ),
    limit: numberOption("N", "Maximum number of accounts; default: all.", {
      min: 1,
      max: 1_000_000,
    }),
    offset: numberOption("N", "Skip the first N.", {
      min: 0,
      max: 100_000_000,
    }),
  },
  role: "moderator",
  run(context, input) {
    const limit = input.limit ?? ALL;
    const filtered = input.online || input.banned;
    let accounts = context.store.accounts.list({
      sort: input.sort ?? "nickname",
      limit: filtered ? ALL : limit,
      ...(input.role && { role: input.role }),
      ...(input.search && { text: input.search }),
      ...(!filtered && input.offset && { offset: input.offset }),
    });
    if (filtered) {
      const offset = input.offset ?? 0;
      accounts = accounts.filter((account) =>
        (!input.online || context.live?.isOnline(account.uid)) &&
        (!input.banned || accountBan(context, account))
      ).slice(offset, offset + limit);
    }
    return done(
      accounts.map((account) => accountJson(account, context)),
      ...columns(
        ACCOUNT_COLUMNS,
        accounts.map((account) => accountRow(account, context)),
      ),
    );
  },
});

export const userShow = command({
  path: ["user", "show"],
  summary: "Show everything about an account",
  examples: ["retropal user show Ann", "retropal user show 1000002 --json"],
  fields: { nick: argument("NICK", "Nickname or uid.") },
  role: "moderator",
  chat: { name: "whois", role: "moderator", takes: ["nick"] },
  run(context, input) {
    const { store, live } = context;
    const account = findAccount(store, input.nick);
    const ban = accountBan(context, account);
    const mute = store.mutes.get(account.uid, context.now());
    const rooms = store.rooms.list()
      .filter((room) => room.owner === account.uid)
      .map(({ gid, name }) => ({ gid, name }));
    const session = live?.sessions().find((one) => one.uid === account.uid);
    const json = {
      ...accountJson(account, context),
      ban: ban ?? null,
      mute: mute ?? null,
      notes: store.notes.list(account.uid).length,
      complaintsAbout: store.complaints.list({ about: account.uid })
        .filter((one) => mayHandle(store, context.actor, one)).length,
      ownedRooms: rooms,
      waitingMessages: store.messages.count(account.uid),
      pals: store.relations.pals(account.uid).length,
      session: session ?? null,
    };
    const state = account.uid === SYSTEM_UID
      ? "always there"
      : session
      ? `online from ${session.address} since ${timeText(session.connectedAt)}`
      : json.approval === "waiting"
      ? "waits for approval"
      : json.approval ?? (json.online ? "online" : "offline");
    return done(
      json,
      ...pairs([
        ["nickname", account.nickname],
        ["uid", String(account.uid)],
        ["role", account.role],
        ["state", state],
        ["banned", ban ? banText(ban) : "no"],
        ["muted", mute ? banText(mute) : "no"],
        ["notes", String(json.notes)],
        ["complaints", `${json.complaintsAbout} about them`],
        ["e-mail", emailText(store, account)],
        ["name", `${account.first} ${account.last}`.trim() || "-"],
        ["listed", account.listed ? "yes" : "no"],
        ["paid", account.paid || "-"],
        ["color", account.color],
        ["privacy", account.privacy],
        ["made", timeText(account.createdAt)],
        ["last seen", timeText(account.lastSeenAt)],
        ["last address", account.lastAddress ?? "-"],
        ["pals", String(json.pals)],
        ["messages", `${json.waitingMessages} waiting`],
        ["owns", rooms.map((room) => room.name).join(", ") || "-"],
      ]),
    );
  },
});

function emailText(store: Store, account: Account): string {
  const unconfirmed = emailState(store, account) === "unconfirmed";
  return (account.email || "-") + (unconfirmed ? " (not confirmed)" : "");
}

function banText(ban: { until: number | null; reason: string; by: string }) {
  const until = ban.until === null
    ? "permanently"
    : `until ${timeText(ban.until)}`;
  return `${until}, by ${ban.by}${ban.reason ? `: ${ban.reason}` : ""}`;
}

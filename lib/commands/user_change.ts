/**
 * Accounts: changing, renaming and removing them.
 *
 * @module
 */
import { type Account, type AccountPatch, LEVEL } from "../domain/store.ts";
import { lastSuperadmin, requireAbove, requireYes } from "../actions/acting.ts";
import { composed } from "../actions/names.ts";
import { removeAccount, roomsOwnedBy } from "../actions/remove_account.ts";
import {
  accountJson,
  readColor,
  requireNickname,
  requireTexts,
  ROLES,
} from "./account_text.ts";
import {
  audit,
  command,
  type Context,
  difference,
  done,
  HOST_LEVEL,
  needs,
  refused,
} from "./command.ts";
import {
  argument,
  choiceOption,
  confirmFlag,
  option,
  UsageError,
  yesNoOption,
} from "./field.ts";
import { findPerson } from "./find.ts";

export const userSet = command({
  path: ["user", "set"],
  summary: "Change an account",
  examples: [
    "retropal user set Ann --role moderator",
    'retropal user set Ann --email ann@example.org --color "#ff8800"',
  ],
  fields: {
    nick: argument("NICK", "Nickname or uid."),
    role: choiceOption(ROLES, "Role of the account."),
    email: option("ADDRESS", 'E-mail address; "" for none.'),
    first: option("NAME", "First name."),
    last: option("NAME", "Last name."),
    listed: yesNoOption("Whether searches can find this user."),
    color: option("RRGGBB", "Color of the nickname: #ff8800 or 255136000."),
    paid: choiceOption(
      ["none", "plus", "top"],
      "The client's paid level, which lifts limits and colors the nickname.",
    ),
    privacy: choiceOption(
      ["A", "T", "P"],
      "Messages are accepted from all, some or pals, as in the client's menu.",
    ),
    yes: confirmFlag(),
  },
  role: "admin",
  run(context, input) {
    const { store } = context;
    const before = findPerson(store, input.nick);
    requireAbove(context.actor, before);
    if (input.role !== undefined) requireMayGive(context, before, input.role);
    const color = readColor(input.color);
    const patch: AccountPatch = {
      ...(input.role !== undefined && { role: input.role }),
      ...(input.email !== undefined && { email: input.email }),
      ...(input.first !== undefined && { first: input.first }),
      ...(input.last !== undefined && { last: input.last }),
      ...(input.listed !== undefined && { listed: input.listed }),
      ...(color !== undefined && { color }),
      ...(input.paid !== undefined && { paid: PAID[input.paid] }),
      ...(input.privacy !== undefined && { privacy: input.privacy }),
    };
    requireTexts(patch);
    if (Object.keys(patch).length === 0) {
      throw new UsageError(
        "Nothing to change: `retropal user set --help` lists the options.",
      );
    }
    if (input.role !== undefined && input.role !== "superadmin") {
      requireYes(lastSuperadmin(context, before, "afterwards"), input.yes);
    }
    const after = store.transaction(() => {
      const updated = store.accounts.update(before.uid, patch);
      audit(context, {
        action: "user set",
        target: before.nickname,
        ...difference(before, updated),
      });
      return updated;
    });
    context.live?.accountChanged(after.uid);
    return done(accountJson(after, context), `${after.nickname} is changed.`);
  },
});

const PAID = { none: "", plus: "Y", top: "6" } as const;

/** Throws when the actor would raise their own role or give one above it. */
function requireMayGive(
  { actor }: Context,
  account: Account,
  role: Account["role"],
): void {
  if (actor.uid === account.uid && LEVEL[role] > LEVEL[account.role]) {
    throw refused("You cannot raise your own role.");
  }
  if (actor.level < HOST_LEVEL && LEVEL[role] >= actor.level) {
    throw refused(`Only somebody above ${role} can make others ${role}.`);
  }
}

export const userRename = command({
  path: ["user", "rename"],
  summary: "Give an account another nickname; pals see it immediately",
  examples: ["retropal user rename Ann Anna"],
  fields: {
    nick: argument("NICK", "Current nickname or uid."),
    name: argument("NEW", "The new nickname."),
  },
  role: "admin",
  run(context, input) {
    const { store } = context;
    const before = findPerson(store, input.nick);
    requireAbove(context.actor, before);
    const name = composed(input.name);
    requireNickname(context, name, before.role, before);
    const after = store.transaction(() => {
      const renamed = store.accounts.update(before.uid, {
        nickname: name,
      });
      audit(context, {
        action: "user rename",
        target: before.nickname,
        before: before.nickname,
        after: renamed.nickname,
      });
      return renamed;
    });
    context.live?.accountChanged(after.uid);
    return done(
      accountJson(after, context),
      `${before.nickname} is now ${after.nickname}.`,
    );
  },
});

export const userRemove = command({
  path: ["user", "remove"],
  summary: "Remove an account permanently",
  details: "Pals, blocks, bans and messages that wait for the user go with " +
    "it. If they own permanent rooms, or others have not read messages from " +
    "them yet, --rooms and --messages decide about those.",
  examples: [
    "retropal user remove Ann --rooms keep --messages remove",
  ],
  fields: {
    nick: argument("NICK", "Nickname or uid."),
    rooms: choiceOption(
      ["keep", "remove"],
      "Their permanent rooms stay without an owner, or are removed.",
      { ask: "What should happen to the permanent rooms that they own?" },
    ),
    messages: choiceOption(
      ["keep", "remove"],
      "Their messages that nobody has read yet are still delivered (in the " +
        "server's name), or are removed.",
      {
        ask:
          "What should happen to messages from them that nobody has read yet?",
      },
    ),
    yes: confirmFlag(),
  },
  role: "superadmin",
  run(context, input) {
    const { store } = context;
    const account = findPerson(store, input.nick);
    requireAbove(context.actor, account);
    const owned = roomsOwnedBy(store, account);
    const unread = store.messages.sentBy(account.uid);
    if (owned.length > 0 && input.rooms === undefined) {
      throw needs(
        "rooms",
        `${account.nickname} owns ${
          owned.map((room) => room.name).join(", ")
        }: add --rooms keep or --rooms remove.`,
      );
    }
    if (unread.length > 0 && input.messages === undefined) {
      throw needs(
        "messages",
        `${unread.length} of their messages wait to be read: ` +
          "add --messages keep or --messages remove.",
      );
    }
    requireYes(lastSuperadmin(context, account, "afterwards"), input.yes);
    removeAccount(context, account, {
      rooms: input.rooms ?? "keep",
      messages: input.messages ?? "remove",
    });
    return done(
      { uid: account.uid, nickname: account.nickname },
      `${account.nickname} is removed.`,
    );
  },
});

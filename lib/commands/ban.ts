/**
 * Bans: one command that distinguishes accounts, addresses and networks.
 *
 * @module
 */
import { coverage, coveredBy } from "../actions/address_bans.ts";
import * as bans from "../actions/bans.ts";
import { kick } from "../actions/kick.ts";
import type { Ban } from "../domain/store.ts";
import {
  command,
  type CommandResult,
  type Context,
  done,
  notFound,
} from "./command.ts";
import {
  argument,
  choiceOption,
  confirmFlag,
  durationOption,
  option,
} from "./field.ts";
import { findPerson } from "./find.ts";
import { KIND, readTarget, type Target } from "./ban_target.ts";
import { columns, durationText, pairs, timeText } from "./table_text.ts";

function addBan(
  context: Context,
  target: Target,
  input: {
    readonly for?: number | null | undefined;
    readonly reason?: string | undefined;
    readonly yes?: boolean | undefined;
  },
): CommandResult {
  const forMs = input.for ?? null;
  const { ban, disconnected } = bans.addBan(context, {
    target,
    forMs,
    reason: input.reason ?? "",
    confirmed: input.yes,
  });
  const time = forMs === null
    ? "permanently"
    : `for ${durationText(forMs / 1000)}`;
  const network = coveredBy(ban);
  return done(
    { ...banJson(context, ban), covers: network, disconnected },
    `${target.label} (${target.kind}) is banned ${time}.` +
      (target.kind === "address" && network !== target.target
        ? " The ban covers its whole /64 network."
        : "") +
      (disconnected > 0
        ? ` ${disconnected} connection${disconnected > 1 ? "s" : ""} ended.`
        : ""),
  );
}

function removeBan(context: Context, target: Target): CommandResult {
  bans.removeBan(context, target);
  return done(
    { kind: target.kind, target: target.target },
    `${target.label} is no longer banned.`,
  );
}

function banJson(context: Context, ban: Ban) {
  return {
    ...ban,
    nickname: ban.kind === "account"
      ? context.store.accounts.get(Number(ban.target))?.nickname ?? null
      : null,
  };
}

function label(context: Context, ban: Ban): string {
  return banJson(context, ban).nickname ?? ban.target;
}

export const banAdd = command({
  path: ["ban", "add"],
  summary: "Ban an account, an address or a network",
  details:
    "Online users with a lower rank than yours whom it covers are informed " +
    "and disconnected immediately; users with a higher rank are not " +
    "affected. A second ban of the same target replaces the first. A ban " +
    "that covers online users, this machine, a private network or more than " +
    "a /16 must be confirmed with --yes.",
  examples: [
    'retropal ban add Troll --for 7d --reason "Be kind."',
    "retropal ban add 203.0.113.9 --for 30m",
    "retropal ban add 203.0.113.0/24",
  ],
  fields: {
    target: argument("TARGET", "A nickname, an address or a network."),
    for: durationOption("Duration; permanent if not given."),
    reason: option("TEXT", "The reason, for the banned user and the list."),
    kind: KIND,
    yes: confirmFlag(),
  },
  startsData: true,
  role: "moderator",
  run(context, input) {
    return addBan(
      context,
      readTarget(context, input.target, input.kind),
      input,
    );
  },
});

export const banList = command({
  path: ["ban", "list"],
  summary: "List the bans in force",
  examples: ["retropal ban list", "retropal ban list --kind address --json"],
  fields: {
    kind: choiceOption(
      ["account", "address", "network"],
      "Only bans of this kind.",
    ),
  },
  role: "moderator",
  run(context, input) {
    const list = context.store.bans.list(context.now())
      .filter((ban) => input.kind === undefined || ban.kind === input.kind);
    return done(
      list.map((ban) => banJson(context, ban)),
      ...columns(
        ["KIND", "TARGET", "UNTIL", "BY", "REASON"],
        list.map((ban) => [
          ban.kind,
          label(context, ban),
          ban.until === null ? "permanent" : timeText(ban.until),
          ban.by,
          ban.reason,
        ]),
      ),
    );
  },
});

export const banInfo = command({
  path: ["ban", "info"],
  summary: "Show who banned TARGET, when, why and until when",
  details:
    "For an address it also shows the ban of a network that contains it.",
  examples: ["retropal ban info Troll", "retropal ban info 203.0.113.9"],
  fields: {
    target: argument("TARGET", "A nickname, an address or a network."),
    kind: KIND,
  },
  role: "moderator",
  run(context, input) {
    const found = readTarget(context, input.target, input.kind);
    const now = context.now();
    const ban = context.store.bans.find(found.kind, found.target, now) ??
      (found.kind === "address"
        ? context.store.bans.list(now).find((one) =>
          one.kind !== "account" && coverage(one)(found.target)
        )
        : undefined);
    if (!ban) {
      throw notFound(
        `${found.label} is not banned. \`retropal ban list\` shows all bans.`,
      );
    }
    return done(
      banJson(context, ban),
      ...pairs([
        ["target", `${label(context, ban)} (${ban.kind})`],
        ["by", ban.by],
        ["at", timeText(ban.at)],
        ["until", ban.until === null ? "permanent" : timeText(ban.until)],
        ["reason", ban.reason || "-"],
      ]),
    );
  },
});

export const banRemove = command({
  path: ["ban", "remove"],
  summary: "End a ban",
  examples: ["retropal ban remove Troll", "retropal ban remove 203.0.113.0/24"],
  fields: {
    target: argument("TARGET", "A nickname, an address or a network."),
    kind: KIND,
  },
  role: "moderator",
  chat: { name: "unban", role: "moderator", takes: ["target"] },
  run(context, input) {
    return removeBan(context, readTarget(context, input.target, input.kind));
  },
});

export const userBan = command({
  path: ["user", "ban"],
  summary: "Ban an account",
  examples: ['retropal user ban Troll --for 7d --reason "Be kind."'],
  fields: {
    nick: argument("NICK", "Nickname or uid."),
    for: durationOption("Duration; permanent if not given."),
    reason: option("TEXT", "The reason, for the banned user and the list."),
    yes: confirmFlag(),
  },
  role: "moderator",
  chat: {
    name: "ban",
    role: "moderator",
    takes: ["nick", "for", "reason"],
    needs: ["for"],
  },
  run(context, input) {
    return addBan(
      context,
      readTarget(context, input.nick, "account"),
      input,
    );
  },
});

export const userUnban = command({
  path: ["user", "unban"],
  summary: "End the ban of an account",
  examples: ["retropal user unban Troll"],
  fields: { nick: argument("NICK", "Nickname or uid.") },
  role: "moderator",
  run(context, input) {
    return removeBan(context, readTarget(context, input.nick, "account"));
  },
});

export const userKick = command({
  path: ["user", "kick"],
  summary: "End a user's session; they see the reason and may sign on again",
  examples: ['retropal user kick Ann --reason "Please calm down."'],
  fields: {
    nick: argument("NICK", "Nickname or uid."),
    reason: option("TEXT", "The reason, shown to the user."),
    farewell: choiceOption(
      ["sign-on", "close", "exit"],
      "What the client does next: open its sign-on window (the default), " +
        "sign off and close, or end at once.",
    ),
    yes: confirmFlag(),
  },
  role: "moderator",
  chat: { name: "kick", role: "moderator", takes: ["nick", "reason"] },
  needsServer: true,
  run(context, input) {
    const account = findPerson(context.store, input.nick);
    kick(context, account, {
      reason: input.reason,
      farewell: input.farewell,
      confirmed: input.yes,
    });
    return done(
      { uid: account.uid, nickname: account.nickname },
      `${account.nickname} is disconnected.`,
    );
  },
});

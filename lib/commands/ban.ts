/**
 * Bans: one verb that tells an account, an address and a network apart.
 *
 * @module
 */
import { inNetwork, normalAddress } from "../net/networks.ts";
import type { Ban } from "../domain/store.ts";
import {
  audit,
  command,
  type CommandResult,
  type Context,
  done,
  notFound,
} from "./command.ts";
import { argument, choiceOption, durationOption, option } from "./field.ts";
import { findPerson, requireAbove } from "./find.ts";
import { KIND, readTarget, type Target } from "./ban_target.ts";
import { columns, durationText, pairs, timeText } from "./table_text.ts";

function addBan(
  context: Context,
  found: Target,
  forMs: number | null,
  reason: string,
): CommandResult {
  const { store, live, actor } = context;
  const now = context.now();
  if (found.kind === "account") {
    requireAbove(actor, findPerson(store, found.target));
  }
  const before = store.bans.find(found.kind, found.target, now);
  const ban = store.transaction(() => {
    const added = store.bans.add({
      kind: found.kind,
      target: found.target,
      reason,
      by: actor.name,
      at: now,
      until: forMs === null ? null : now + forMs,
    });
    audit(context, {
      action: "ban add",
      target: found.label,
      before,
      after: { kind: added.kind, until: added.until, reason },
    });
    return added;
  });
  live?.bansChanged();
  const ended = disconnect(context, found, sentence(ban));
  const time = forMs === null
    ? "for ever"
    : `for ${durationText(forMs / 1000)}`;
  return done(
    { ...banJson(context, ban), disconnected: ended },
    `${found.label} (${found.kind}) is banned ${time}.` +
      (ended > 0 ? ` ${ended} connection${ended > 1 ? "s" : ""} ended.` : ""),
  );
}

/** What the banned person reads. */
function sentence(ban: Ban): string {
  const until = ban.until === null
    ? "for ever"
    : `until ${timeText(ban.until)} UTC`;
  return `You are banned ${until}.${ban.reason ? ` ${ban.reason}` : ""}`;
}

function disconnect(context: Context, found: Target, why: string): number {
  const { live } = context;
  if (live === null) return 0;
  switch (found.kind) {
    case "account":
      return live.kick(Number(found.target), why) ? 1 : 0;
    case "address":
      return live.kickAddress(
        (address) => normalAddress(address) === found.target,
        why,
      );
    case "network":
      return live.kickAddress(
        (address) => inNetwork(address, found.target),
        why,
      );
  }
}

function removeBan(context: Context, found: Target): CommandResult {
  const { store, live } = context;
  const ban = store.bans.find(found.kind, found.target, context.now());
  if (!ban) {
    throw notFound(
      `${found.label} is not banned. \`retropal ban list\` shows who is.`,
    );
  }
  store.transaction(() => {
    store.bans.remove(found.kind, found.target);
    audit(context, {
      action: "ban remove",
      target: found.label,
      before: ban,
    });
  });
  live?.bansChanged();
  return done(
    { kind: found.kind, target: found.target },
    `${found.label} is banned no more.`,
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
    "Whoever is on line under it is told and put out at once. A second " +
    "ban of the same target replaces the first.",
  examples: [
    'retropal ban add Troll --for 7d --reason "Be kind."',
    "retropal ban add 203.0.113.9 --for 30m",
    "retropal ban add 203.0.113.0/24",
  ],
  fields: {
    target: argument("TARGET", "A nickname, an address or a network."),
    for: durationOption("For how long; forever when not given."),
    reason: option("TEXT", "What he is told, and what the list says."),
    kind: KIND,
  },
  role: "moderator",
  run(context, input) {
    return addBan(
      context,
      readTarget(context, input.target, input.kind),
      input.for ?? null,
      input.reason ?? "",
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
    const bans = context.store.bans.list(context.now())
      .filter((ban) => input.kind === undefined || ban.kind === input.kind);
    return done(
      bans.map((ban) => banJson(context, ban)),
      ...columns(
        ["KIND", "TARGET", "UNTIL", "BY", "REASON"],
        bans.map((ban) => [
          ban.kind,
          label(context, ban),
          ban.until === null ? "for ever" : timeText(ban.until),
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
  details: "For an address also the ban of a network that it lies in.",
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
          one.kind === "network" && inNetwork(found.target, one.target)
        )
        : undefined);
    if (!ban) {
      throw notFound(
        `${found.label} is not banned. \`retropal ban list\` shows who is.`,
      );
    }
    return done(
      banJson(context, ban),
      ...pairs([
        ["target", `${label(context, ban)} (${ban.kind})`],
        ["by", ban.by],
        ["at", timeText(ban.at)],
        ["until", ban.until === null ? "for ever" : timeText(ban.until)],
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
    nick: argument("NICK", "The nickname, or the uid."),
    for: durationOption("For how long; forever when not given."),
    reason: option("TEXT", "What he is told, and what the list says."),
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
      input.for ?? null,
      input.reason ?? "",
    );
  },
});

export const userUnban = command({
  path: ["user", "unban"],
  summary: "End the ban of an account",
  examples: ["retropal user unban Troll"],
  fields: { nick: argument("NICK", "The nickname, or the uid.") },
  role: "moderator",
  run(context, input) {
    return removeBan(context, readTarget(context, input.nick, "account"));
  },
});

export const userKick = command({
  path: ["user", "kick"],
  summary: "End somebody's session; he is told why and may sign on again",
  examples: ['retropal user kick Ann --reason "Please calm down."'],
  fields: {
    nick: argument("NICK", "The nickname, or the uid."),
    reason: option("TEXT", "What he is told."),
    farewell: choiceOption(
      ["sign-on", "close", "exit"],
      "What his program does then: opens its sign-on window (when not given), signs off and closes, or ends at once.",
    ),
  },
  role: "moderator",
  chat: { name: "kick", role: "moderator", takes: ["nick", "reason"] },
  needsServer: true,
  run(context, input) {
    const account = findPerson(context.store, input.nick);
    requireAbove(context.actor, account);
    const reason = input.reason ?? "You were disconnected by the staff.";
    if (!context.live?.kick(account.uid, reason, input.farewell)) {
      throw notFound(`${account.nickname} is not on line.`);
    }
    audit(context, {
      action: "user kick",
      target: account.nickname,
      after: reason,
    });
    return done(
      { uid: account.uid, nickname: account.nickname },
      `${account.nickname} is disconnected.`,
    );
  },
});

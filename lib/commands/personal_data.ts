/**
 * Everything that the server keeps about one user, as they may ask for it.
 *
 * @module
 */
import type { Account, Pal, Store } from "../domain/store.ts";
import { decodeText } from "../protocol/windows1252.ts";
import { command, done } from "./command.ts";
import { argument, option } from "./field.ts";
import { findPerson } from "./find.ts";

/** Times are ISO 8601; the password hash is left out. */
export function personalData(store: Store, account: Account) {
  const { uid } = account;
  const { passwordHash: _, ...kept } = account;
  const time = (at: number | null) =>
    at === null ? null : new Date(at).toISOString();
  const names = (list: readonly Pal[]) => list.map((one) => one.nickname);
  return {
    account: {
      ...kept,
      createdAt: time(account.createdAt),
      lastSeenAt: time(account.lastSeenAt),
    },
    profile: Object.fromEntries(store.accounts.profile(uid)),
    signOnNetworks: store.accounts.places(uid),
    pals: names(store.relations.pals(uid)),
    palNames: Object.fromEntries(
      store.relations.pals(uid).flatMap(({ nickname, display }) =>
        display === undefined ? [] : [[nickname, display]]
      ),
    ),
    profileMessages: {
      waiting: store.profileMessages.waiting(uid).map((message) => ({
        from: store.accounts.get(message.from)?.nickname ?? null,
        at: time(message.at),
        text: decodeText(message.text),
      })),
      unread: store.profileMessages.sentBy(uid).map((message) => ({
        to: store.accounts.get(message.to)?.nickname ?? null,
        at: time(message.at),
        text: decodeText(message.text),
      })),
    },
    blocked: names(store.relations.blocks(uid)),
    waitingMessages: store.messages.waiting(uid).map((message) => ({
      from: store.accounts.get(message.from)?.nickname ?? null,
      at: time(message.at),
      text: decodeText(message.body),
    })),
    unreadMessages: store.messages.sentBy(uid).map((message) => ({
      to: store.accounts.get(message.to)?.nickname ?? null,
      at: time(message.at),
      text: decodeText(message.body),
    })),
    ownedRooms: store.rooms.list().filter((room) => room.owner === uid),
    bans: bansOf(store, account),
    mute: store.mutes.get(uid, Date.now()) ?? null,
    sessions: store.pastSessions.list(uid, 1000).map((one) => ({
      from: time(one.beganAt),
      to: time(one.endedAt),
      address: one.address,
    })),
    complaintsMade: store.complaints.list({ reporter: uid, limit: 10_000 })
      .map(({ at, aboutName, room, text, state }) => ({
        at: time(at),
        about: aboutName,
        room,
        text,
        state,
      })),
    audit: auditOf(store, account),
    invitedByEmail: store.emailInvites.list(uid)
      .map(({ email, at }) => ({ email, at: time(at) })),
  };
}

/** Bans of the account, and of the address from which it was last used. */
function bansOf(store: Store, { uid, lastAddress }: Account) {
  return store.bans.list(Date.now())
    .filter(({ kind, target }) =>
      kind === "account"
        ? target === String(uid)
        : kind === "address" && target === lastAddress
    )
    .map(({ kind, target, reason, at, until }) => ({
      kind,
      target,
      reason,
      at: new Date(at).toISOString(),
      until: until === null ? null : new Date(until).toISOString(),
    }));
}

/** What the audit log says of the account: done by it, or done to it. */
function auditOf(store: Store, { uid, nickname, createdAt }: Account) {
  const limit = 100_000;
  const entries = new Map(
    [{ actor: nickname, limit }, { target: nickname, limit }]
      .flatMap((filter) => store.audit.list(filter))
      // Another account may have had the name before.
      .filter(({ at, actorUid }) => actorUid === uid || at >= createdAt)
      .map((entry) => [entry.id, entry]),
  );
  return [...entries.values()].sort((a, b) => a.id - b.id)
    .map(({ at, actor, actorUid, action, target, before, after }) => ({
      at: new Date(at).toISOString(),
      actor,
      action,
      target,
      // What others changed beside this account is theirs.
      ...(actorUid === uid || target === nickname ? { before, after } : {}),
    }));
}

export const userData = command({
  path: ["user", "data"],
  summary: "Write everything kept about a user as JSON",
  examples: ["retropal user data Ann --out ann.json"],
  fields: {
    nick: argument("NICK", "The nickname, or the uid."),
    out: option("FILE", "The file to write; standard output when not given.", {
      completes: "file",
    }),
  },
  role: "superadmin",
  run(context, input) {
    const account = findPerson(context.store, input.nick);
    const data = personalData(context.store, account);
    const text = JSON.stringify(data, null, 2);
    if (input.out === undefined) return done(data, ...text.split("\n"));
    return {
      ...done(
        { file: input.out },
        `All that is kept of ${account.nickname} is in ${input.out}.`,
      ),
      file: { path: input.out, text: text + "\n" },
    };
  },
});

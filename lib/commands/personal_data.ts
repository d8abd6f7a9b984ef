/**
 * Everything that the server stores about one user, for requests by that user.
 *
 * @module
 */
import type { Account, Pal, Store, Uid } from "../domain/store.ts";
import { emailState } from "../actions/email.ts";
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
    complaintsAbout: store.complaints.list({ about: uid, limit: 10_000 })
      .map(({ at, room, text, state, lines }) => ({
        at: time(at),
        room,
        text,
        state,
        // Lines by other users are theirs, and so is the reporter's name.
        lines: lines.filter(({ nickname }) => nickname === account.nickname),
      })),
    notes: store.notes.list(uid).map(({ at, text }) => ({
      at: time(at),
      text,
    })),
    rooms: roomsOf(store, uid),
    email: emailOf(store, account),
    application: applicationOf(store, uid),
    twoStep: twoStepOf(store, uid),
    browsers: browsersOf(store, uid),
    waitingMail: mailOf(store, uid),
    audit: auditOf(store, account),
    invitedByEmail: store.emailInvites.list(uid)
      .map(({ email, at }) => ({ email, at: time(at) })),
  };
}

/**
 * Returns bans of the account, and of the address from which it was last used.
 */
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

/** Returns the permanent rooms in which the user has a role, or is banned. */
function roomsOf(store: Store, uid: Uid) {
  const offices = store.rooms.list().map(({ gid, name }) =>
    [name, store.rooms.offices(gid)] as const
  );
  const names = (which: "admins" | "banned" | "bounced") =>
    offices.filter(([, one]) => one[which].includes(uid))
      .map(([name]) => name);
  return {
    admin: names("admins"),
    banned: names("banned"),
    bounced: names("bounced"),
  };
}

function emailOf(store: Store, account: Account) {
  const confirmedAt = store.emails.check(account.uid)?.confirmedAt ?? null;
  return {
    state: emailState(store, account),
    confirmedAt: confirmedAt === null
      ? null
      : new Date(confirmedAt).toISOString(),
    links: (["confirm", "reset"] as const).flatMap((purpose) =>
      store.emails.links(account.uid, purpose)
        .map(({ email, madeAt }) => ({
          purpose,
          email,
          at: new Date(madeAt).toISOString(),
        }))
    ),
  };
}

function applicationOf(store: Store, uid: Uid) {
  const one = store.applications.get(uid);
  if (one === undefined) return null;
  const { message, host, at, reason, rejectedAt } = one;
  return {
    at: new Date(at).toISOString(),
    from: host,
    message,
    state: rejectedAt === null ? "waiting" : "rejected",
    reason,
  };
}

function twoStepOf(store: Store, uid: Uid) {
  const two = store.twoStep.get(uid);
  return two === undefined ? null : {
    since: new Date(two.since).toISOString(),
    recoveryCodesLeft: two.recovery.length,
  };
}

/** Returns the browsers that are signed in on the pages. */
function browsersOf(store: Store, uid: Uid) {
  return store.webSessions.of(uid).map(
    ({ browser, address, beganAt, lastAt }) => ({
      browser,
      address,
      signedInAt: new Date(beganAt).toISOString(),
      lastUsedAt: new Date(lastAt).toISOString(),
    }),
  );
}

/** Returns e-mail about the account; its text is in the mail itself. */
function mailOf(store: Store, uid: Uid) {
  return store.mails.list().filter((one) => one.uid === uid)
    .map(({ recipient, subject, madeAt, failedAt, fault }) => ({
      to: recipient,
      subject,
      at: new Date(madeAt).toISOString(),
      state: failedAt === null ? "waiting" : "refused",
      fault,
    }));
}

/** Actions of a room's admins, whose target is a room and a nickname. */
const ROOM_ACTS = [
  "room ban",
  "room unban",
  "room bounce",
  "room unbounce",
  "room make-admin",
  "room remove-admin",
];
const MOST_ROOM_ACTS = 10_000;

/** Returns audit entries about the account: actions by it, or against it. */
function auditOf(store: Store, { uid, nickname, createdAt }: Account) {
  const limit = 100_000;
  const entries = new Map(
    [{ actor: nickname, limit }, { target: nickname, limit }]
      .flatMap((filter) => store.audit.list(filter))
      .concat(
        ROOM_ACTS.flatMap((action) =>
          store.audit.list({ action, since: createdAt, limit: MOST_ROOM_ACTS })
        ).filter((one) => isAbout(one.target, nickname)),
      )
      // Another account may have had the nickname before.
      .filter(({ at, actorUid }) => actorUid === uid || at >= createdAt)
      .map((entry) => [entry.id, entry]),
  );
  return [...entries.values()].sort((a, b) => a.id - b.id)
    .map(({ at, actor, actorUid, action, target, before, after }) => ({
      at: new Date(at).toISOString(),
      actor,
      action,
      target,
      // Details about other accounts are omitted.
      ...(actorUid === uid || isAbout(target, nickname)
        ? { before, after }
        : {}),
    }));
}

/** Matches "Ann", or "50001 Ann" for an action in a room. */
function isAbout(target: string, nickname: string): boolean {
  return target.replace(/^\d+ /, "") === nickname || target === nickname;
}

export const userData = command({
  path: ["user", "data"],
  summary: "Write all stored data about a user as JSON",
  examples: ["retropal user data Ann --out ann.json"],
  fields: {
    nick: argument("NICK", "Nickname or uid."),
    out: option("FILE", "The file to write; default: standard output.", {
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
        `All stored data about ${account.nickname} is in ${input.out}.`,
      ),
      file: { path: input.out, text: text + "\n" },
    };
  },
});

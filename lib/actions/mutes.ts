/**
 * Muting a user on the whole server, and staff notes about users.
 *
 * @module
 */
import { endText } from "../ops/local_time.ts";
import type { Mute, UserNote } from "../domain/moderation.ts";
import {
  type Account,
  LEVEL,
  type Millis,
  type Store,
} from "../domain/store.ts";
import { type Acting, audit, Refused, requireAbove } from "./acting.ts";

const LONGEST_NOTE = 2000;

export interface MuteWish {
  /** Milliseconds; null: until it is lifted. */
  readonly forMs: number | null;
  readonly reason: string;
}

/**
 * Mutes a user. Throws when the user is not below the actor, or is already
 * muted by higher staff.
 */
export function mute(
  acting: Acting,
  account: Account,
  { forMs, reason }: MuteWish,
): Mute {
  const { store, live, actor } = acting;
  const now = acting.now();
  if (account.uid === actor.uid) throw new Refused("You cannot mute yourself.");
  requireAbove(actor, account);
  const before = requireMayChange(acting, account);
  const made: Mute = {
    uid: account.uid,
    reason,
    by: actor.name,
    rank: actor.level,
    at: now,
    until: forMs === null ? null : now + forMs,
  };
  store.transaction(() => {
    store.mutes.set(made);
    audit(acting, {
      action: "user mute",
      target: account.nickname,
      before,
      after: { until: made.until, reason },
    });
  });
  live?.muteChanged(account.uid);
  return made;
}

export function unmute(acting: Acting, account: Account): void {
  const { store, live } = acting;
  const before = requireMayChange(acting, account);
  if (before === undefined) {
    throw new Refused(`${account.nickname} is not muted.`, "not-found");
  }
  store.transaction(() => {
    store.mutes.remove(account.uid);
    audit(acting, { action: "user unmute", target: account.nickname, before });
  });
  live?.muteChanged(account.uid);
}

function requireMayChange(
  { store, actor, now }: Acting,
  { uid, nickname }: Account,
): Mute | undefined {
  const before = store.mutes.get(uid, now());
  if (before !== undefined && before.rank > actor.level) {
    throw new Refused(
      `${nickname} was muted by ${before.by}, who stands above you: ` +
        "you cannot change that.",
    );
  }
  return before;
}

/**
 * Returns the mute that applies to this account now; it does not apply to staff
 * of its author's rank or higher.
 */
export function muteOf(
  store: Store,
  { uid, role }: Pick<Account, "uid" | "role">,
  now: Millis,
): Mute | undefined {
  const found = store.mutes.get(uid, now);
  return found !== undefined && found.rank > LEVEL[role] ? found : undefined;
}

/**
 * Returns a sentence such as "You are muted until 2026-07-31 12:00 CEST.
 * Reason: shouting".
 */
export function muteSentence(
  { until, reason }: Pick<Mute, "until" | "reason">,
): string {
  const time = until === null ? "" : ` until ${endText(until)}`;
  return `You are muted on this server${time}.` +
    (reason === "" ? "" : ` Reason: ${reason}`);
}

export function addNote(
  acting: Acting,
  account: Account,
  text: string,
): UserNote {
  const { store, actor } = acting;
  if (text.length > LONGEST_NOTE) {
    throw new Refused(`A note has at most ${LONGEST_NOTE} characters.`);
  }
  return store.transaction(() => {
    const note = store.notes.add({
      uid: account.uid,
      at: acting.now(),
      by: actor.name,
      text,
    });
    audit(acting, { action: "user note", target: account.nickname });
    return note;
  });
}

/** Removes a note. Only its author and staff above moderators may. */
export function removeNote(acting: Acting, id: number): void {
  const { store, actor } = acting;
  const note = store.notes.get(id);
  if (note === undefined) {
    throw new Refused(`There is no note ${id}.`, "not-found");
  }
  if (note.by !== actor.name && actor.level < LEVEL.admin) {
    throw new Refused(`${note.by} wrote that note: ask an admin.`);
  }
  const account = store.accounts.get(note.uid);
  store.transaction(() => {
    store.notes.remove(id);
    audit(acting, {
      action: "user unnote",
      target: account?.nickname ?? String(note.uid),
      before: note.text,
    });
  });
}

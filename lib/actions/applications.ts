/**
 * Accounts that wait for approval (`auth.registration = "approval"`): which may
 * not sign on yet, and the decisions of staff.
 *
 * @module
 */
import type { Application } from "../domain/moderation.ts";
import {
  type Account,
  LEVEL,
  type Millis,
  type Role,
  type Store,
  type Uid,
} from "../domain/store.ts";
import { type Acting, audit, Refused } from "./acting.ts";
import { mailDecision } from "./email.ts";
import { removeAccount } from "./remove_account.ts";

const DAY_MS = 86_400_000;
/** Milliseconds for which a rejected applicant can read the answer. */
const ANSWER_MS = 7 * DAY_MS;
/** Maximum waiting accounts, so that nobody can fill the database with them. */
export const MOST_APPLICATIONS = 1000;
const LONGEST_REASON = 200;
export const LONGEST_MESSAGE = 500;

/** Lowest role that decides on applications. */
export const APPROVER: Role = "admin";

/** Notifies the staff of a new application. */
export interface StaffLine {
  sessions(): Iterable<{ readonly uid: Uid | null; readonly role: Role }>;
  message(uid: Uid, text: string): unknown;
}

/**
 * Returns why an account may not sign on yet, or was rejected; null when it
 * may. Must be called only after the password was checked, because the answer
 * is for the applicant alone.
 */
export function applicationFault(store: Store, uid: Uid): string | null {
  const one = store.applications.get(uid);
  if (one === undefined) return null;
  if (one.rejectedAt === null) {
    return "Your account waits for the host's approval. Please try again later.";
  }
  const sentence = "The host has not approved your account.";
  return one.reason === "" ? sentence : `${sentence} ${one.reason}`;
}

/**
 * Returns the account as others may find it: undefined while it waits for
 * approval.
 */
export function findable(
  store: Store,
  account: Account | undefined,
): Account | undefined {
  return account && store.applications.get(account.uid) === undefined
    ? account
    : undefined;
}

/** Returns why this host may not apply now, or null when it may. */
export function applyFault(
  store: Store,
  host: string,
  perAddress: number,
): string | null {
  if (store.applications.countFrom(host) >= perAddress) {
    return "Accounts from your address already wait for approval. " +
      "Please wait until the host has looked at them.";
  }
  return store.applications.count() >= MOST_APPLICATIONS
    ? "Too many accounts wait for approval. Please try again later."
    : null;
}

export interface ApplicationWish {
  readonly host: string;
  readonly message: string;
  readonly now: Millis;
  readonly days: number;
}

/** Makes a new account wait for approval. */
export function apply(
  store: Store,
  { uid }: Account,
  { host, message, now, days }: ApplicationWish,
): void {
  store.applications.set({
    uid,
    at: now,
    host,
    message: message.trim().slice(0, LONGEST_MESSAGE),
    rejectedAt: null,
    rejectedBy: "",
    reason: "",
    expiresAt: now + days * DAY_MS,
  });
}

/** Tells the staff online that an account waits for approval. */
export function tellApprovers(line: StaffLine, { nickname }: Account): void {
  for (const { uid, role } of line.sessions()) {
    if (uid === null || LEVEL[role] < LEVEL[APPROVER]) continue;
    line.message(
      uid,
      `${nickname} would like an account. ` +
        `Write /approve ${nickname} or /reject ${nickname}.`,
    );
  }
}

export interface WaitingAccount extends Application {
  readonly account: Account;
}

/** Returns the accounts that wait for a decision, oldest first. */
export function waitingAccounts(store: Store): WaitingAccount[] {
  return store.applications.list().flatMap((one) => {
    const account = store.accounts.get(one.uid);
    return one.rejectedAt === null && account ? [{ ...one, account }] : [];
  });
}

/** Approves an account. Also undoes a rejection. */
export function approve(acting: Acting, account: Account): void {
  const { store } = acting;
  store.transaction(() => {
    if (!store.applications.remove(account.uid)) throw waitsNot(account);
    audit(acting, { action: "user approve", target: account.nickname });
  });
  mailDecision(acting, account, "The host has approved your account.");
}

/**
 * Rejects an account. The applicant reads the reason at the next attempt, for a
 * week.
 */
export function reject(
  acting: Acting,
  account: Account,
  reason: string,
): void {
  const { store, actor } = acting;
  if (reason.length > LONGEST_REASON) {
    throw new Refused(`The reason has at most ${LONGEST_REASON} characters.`);
  }
  const one = store.applications.get(account.uid);
  if (one === undefined) throw waitsNot(account);
  const now = acting.now();
  store.transaction(() => {
    store.applications.set({
      ...one,
      rejectedAt: now,
      rejectedBy: actor.name,
      reason: reason.trim(),
      expiresAt: now + ANSWER_MS,
    });
    audit(acting, {
      action: "user reject",
      target: account.nickname,
      after: reason.trim() || null,
    });
  });
  const sentence = applicationFault(store, account.uid);
  if (sentence !== null) mailDecision(acting, account, sentence);
}

/** Removes expired applications. Returns how many. */
export function removeExpired(acting: Acting): number {
  let count = 0;
  for (const { uid } of acting.store.applications.expired(acting.now())) {
    const account = acting.store.accounts.get(uid);
    if (account === undefined) continue;
    removeAccount(acting, account, { rooms: "keep", messages: "remove" });
    count++;
  }
  return count;
}

function waitsNot({ nickname }: Account): Refused {
  return new Refused(`${nickname} does not wait for approval.`, "not-found");
}

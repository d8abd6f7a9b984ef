/**
 * E-mail about an account: confirming its address, setting a new password,
 * answering an application.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";
import type {
  Account,
  EmailPurpose,
  Millis,
  Store,
  Uid,
} from "../domain/store.ts";
import type { Letters } from "../ops/letters.ts";
import { type Acting, audit } from "./acting.ts";

const HOUR_MS = 3_600_000;
const LASTS_MS: Readonly<Record<EmailPurpose, Millis>> = {
  confirm: 3 * 24 * HOUR_MS,
  reset: 2 * HOUR_MS,
};
/** How long other mails are tried. */
const NEWS_MS = 3 * 24 * HOUR_MS;
/** Maximum mails of one purpose to one account per hour. */
const MOST_AN_HOUR = 3;
/** Maximum accounts named in one mail about a forgotten password. */
const MOST_ACCOUNTS = 5;
/** Maximum accounts with one address that are looked at for that mail. */
const MOST_SEARCHED = 1000;

export type EmailState = "none" | "unconfirmed" | "confirmed" | "given";

/**
 * Returns the state of the address. "given": set by the host or long ago, and
 * treated as confirmed.
 */
export function emailState(store: Store, account: Account): EmailState {
  const { uid, email } = account;
  if (email === "") return "none";
  const check = store.emails.check(uid);
  if (check === undefined || check.email !== email) return "given";
  return check.confirmedAt === null ? "unconfirmed" : "confirmed";
}

/**
 * Returns the mail sender of the running server; null when it sends no mail.
 */
export function lettersOf({ letters, live }: Acting): Letters | null {
  return letters ?? live?.letters() ?? null;
}

/**
 * Handles an address that a member has entered: it becomes theirs once
 * confirmed. Returns whether a mail with the link was sent.
 */
export function emailGiven(acting: Acting, account: Account): boolean {
  const { store } = acting;
  const { uid, email } = account;
  if (email === "") return false;
  store.emails.setCheck({ uid, email, confirmedAt: null });
  return sendConfirmation(acting, account);
}

/** Notifies the earlier address that the account now has another one. */
export function tellOldAddress(
  acting: Acting,
  before: Account,
  wasTrusted: boolean,
): void {
  const letters = lettersOf(acting);
  if (letters === null || !wasTrusted) return;
  letters.send({
    uid: before.uid,
    lastsMs: NEWS_MS,
    to: before.email,
    subject: `Your e-mail address at ${letters.serverName}`,
    text: `The e-mail address of ${before.nickname} was changed. ` +
      "If it was not you, please tell the host.",
  });
}

/**
 * Sends the link that confirms an address. Returns false when no mail was sent.
 */
export function sendConfirmation(acting: Acting, account: Account): boolean {
  const letters = lettersOf(acting);
  if (letters === null || account.email === "") return false;
  const token = newLink(acting, account, "confirm");
  if (token === null) return false;
  return letters.send({
    uid: account.uid,
    lastsMs: LASTS_MS.confirm,
    to: account.email,
    subject: `Your e-mail address at ${letters.serverName}`,
    text: `This address was given for ${account.nickname} ` +
      `at ${letters.serverName}.\n\nTo confirm it, open this page within ` +
      `three days:\n\n${letters.origin}/confirm?token=${token}\n\n` +
      "If it was not you, ignore this mail.\n",
  });
}

/**
 * Mails password links to the accounts with this nickname or address. Does not
 * reveal whether there are any, because anyone can ask.
 */
export function mailResetLinks(acting: Acting, wanted: string): void {
  const letters = lettersOf(acting);
  if (letters === null) return;
  const byAddress = new Map<string, { uid: Uid; lines: string[] }>();
  for (const account of accountsFor(acting.store, wanted)) {
    const token = newLink(acting, account, "reset");
    if (token === null) continue;
    audit(acting, { action: "user reset-mail", target: account.nickname });
    const { uid, email } = account;
    const one = byAddress.get(email) ?? { uid, lines: [] };
    byAddress.set(email, one);
    one.lines.push(
      `${account.nickname}: ${letters.origin}/reset?token=${token}`,
    );
  }
  for (const [to, { uid, lines }] of byAddress) {
    letters.send({
      uid,
      lastsMs: LASTS_MS.reset,
      to,
      subject: `A new password at ${letters.serverName}`,
      text:
        `A new password was requested at ${letters.serverName}. To choose ` +
        `one, open this page within two hours:\n\n${lines.join("\n\n")}\n\n` +
        "If it was not you, ignore this mail: nothing changes.\n",
    });
  }
}

/**
 * Returns the accounts whose address is known to be their own. Only those count
 * against the limit, and a nickname that looks like an address hides none:
 * otherwise others could register accounts that block a member's link.
 */
function accountsFor(store: Store, wanted: string): Account[] {
  const named = store.accounts.byNickname(wanted);
  const byEmail = store.accounts.search({
    email: wanted,
    includeUnlisted: true,
    limit: MOST_SEARCHED,
  });
  const others = byEmail.filter(({ uid }) => uid !== named?.uid);
  return [...named ? [named] : [], ...others].filter((account) =>
    ["given", "confirmed"].includes(emailState(store, account)) &&
    store.applications.get(account.uid) === undefined
  ).slice(0, MOST_ACCOUNTS);
}

/** Confirms the address of a link. Returns undefined for an invalid link. */
export function confirmEmail(
  acting: Acting,
  token: string,
): Account | undefined {
  const { store } = acting;
  const account = accountOfEmailLink(store, token, "confirm", acting.now());
  if (account === undefined) return undefined;
  const { uid, email } = account;
  store.transaction(() => {
    // The links stay, because they count against the limit per hour; without
    // an unconfirmed address they are invalid.
    store.emails.setCheck({ uid, email, confirmedAt: acting.now() });
    audit(
      { ...acting, actor: { ...acting.actor, name: account.nickname, uid } },
      { action: "user email-confirm", target: account.nickname },
    );
  });
  return account;
}

/**
 * Returns the account of a link. Returns undefined when the link was used or
 * has expired, or when the password or the address has changed since.
 */
export function accountOfEmailLink(
  store: Store,
  token: string,
  purpose: EmailPurpose,
  now: Millis,
): Account | undefined {
  const link = store.emails.link(hashOf(token), now);
  const account = link && store.accounts.get(link.uid);
  return link?.purpose === purpose && account?.email === link.email &&
      (purpose === "confirm"
        ? emailState(store, account) === "unconfirmed"
        : account.passwordHash === link.passwordHash)
    ? account
    : undefined;
}

/** Sends the decision on an application. */
export function mailDecision(
  acting: Acting,
  { email, nickname }: Account,
  sentence: string,
): void {
  const letters = lettersOf(acting);
  if (letters === null || email === "") return;
  letters.send({
    // Also for an account that is removed immediately.
    uid: null,
    lastsMs: NEWS_MS,
    to: email,
    subject: `Your account at ${letters.serverName}`,
    text: `${nickname}: ${sentence}\n\n${letters.origin}/\n`,
  });
}

/** Returns null when this account has recently received too many. */
function newLink(
  { store, now }: Acting,
  { uid, email, passwordHash }: Account,
  purpose: EmailPurpose,
): string | null {
  const at = now();
  const recent = store.emails.links(uid, purpose)
    .filter(({ madeAt }) => madeAt > at - HOUR_MS);
  if (recent.length >= MOST_AN_HOUR) return null;
  const token = Buffer.from(randomBytes(24)).toString("base64url");
  store.emails.addLink({
    tokenHash: hashOf(token),
    uid,
    purpose,
    email,
    passwordHash,
    madeAt: at,
    expiresAt: at + LASTS_MS[purpose],
  });
  return token;
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

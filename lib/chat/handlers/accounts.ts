/**
 * Password change and registration
 * (docs/protocol.md, "Registration and passwords").
 *
 * @module
 */
import {
  imitationFault,
  nicknameFault,
  passwordFault,
} from "../../domain/accounts.ts";
import { type Account, StoreError } from "../../domain/store.ts";
import { decodeDigits, keyOffset } from "../../protocol/challenge.ts";
import {
  type PasswordChange,
  type PasswordHint,
  passwordResetOffset,
  type Registration,
  registration,
} from "../../protocol/packets/accounts.ts";
import type { Fields } from "../../protocol/packets/directory.ts";
import { announcement } from "../../protocol/packets/messages.ts";
import { accepted } from "../../protocol/packets/signon.ts";
import { decodeText } from "../../protocol/windows1252.ts";
import type { Context } from "../context.ts";
import { hostKey } from "../../net/addresses.ts";
import { makeShortKey } from "../server_key.ts";
import { PROFILE_FIELDS } from "./people.ts";

const BUSY = "The server is busy. Please try again shortly.";

/** Answered by the key that the old password is to be encoded under. */
export function askPasswordChange(ctx: Context): void {
  const key = makeShortKey(
    ctx.settings.auth.server_key,
    ctx.services.random,
  );
  ctx.session.passwordKey = key;
  ctx.reply(passwordResetOffset.frame({ key }));
}

export async function changePassword(
  ctx: Context,
  packet: PasswordChange,
): Promise<void> {
  const { session, services, store } = ctx;
  const key = session.passwordKey;
  session.passwordKey = undefined;
  if (key === undefined) {
    ctx.refuse("PASSWORD_CHANGE", "Please ask for the change again.");
    return;
  }
  if (packet.uid !== session.uid) {
    ctx.refuse("PASSWORD_CHANGE", "This is not your own password.");
    return;
  }
  const old = decodeDigits(packet.oldDigits, keyOffset(key), 1);
  const clear = decodeDigits(packet.newDigits, 0, 1);
  if (old === undefined || clear === undefined) {
    ctx.refuse("PASSWORD_CHANGE", "The passwords could not be read.");
    return;
  }
  const fault = passwordFault(decodeText(clear));
  if (fault !== null) {
    ctx.refuse("PASSWORD_CHANGE", fault);
    return;
  }
  if (services.guard.codeWait("password", session.uid, ctx.steady) > 0) {
    ctx.refuse("PASSWORD_CHANGE", "Too many attempts. Please wait.");
    return;
  }
  const turn = { from: hostKey(session.address) };
  try {
    const stored = store.accounts.get(session.uid)?.passwordHash ?? "!";
    if (!await services.passwords.verify(stored, old, turn)) {
      services.guard.codeTried("password", session.uid, false, ctx.steady);
      ctx.refuse("PASSWORD_CHANGE", "The old password is wrong.");
      return;
    }
    const hash = await services.passwords.hash(clear, turn);
    // Hashes wait for their turn. The host may have taken the account back
    // meanwhile, from whoever had found out its password.
    const now = store.accounts.get(session.uid)?.passwordHash;
    if (session.phase === "gone" || now !== stored) {
      ctx.refuse("PASSWORD_CHANGE", "Your password was changed meanwhile.");
      return;
    }
    store.accounts.setPassword(session.uid, hash);
  } catch (error) {
    ctx.log.warn("password change failed", {
      ...ctx.who,
      error: String(error),
    });
    ctx.refuse("PASSWORD_CHANGE", BUSY);
    return;
  }
  ctx.audit({ action: "user.password", target: session.nickname });
  ctx.log.info("password changed", ctx.who);
  ctx.reply(accepted("PASSWORD_CHANGE"));
}

/** A hint is written to disk, so it is kept once in this time. */
const HINT_EVERY_MS = 60_000;

/**
 * Follows every password change, including a refused one. The answer to the
 * question is never kept: nothing reads it, and it is as good as a password
 * elsewhere.
 */
export function keepHint(ctx: Context, packet: PasswordHint): void {
  const { session, store, now } = ctx;
  if (now - session.hintKeptAt < HINT_EVERY_MS) {
    ctx.ignore("password hint too soon after the last one");
    return;
  }
  session.hintKeptAt = now;
  session.account = store.accounts.update(session.uid, {
    hint: packet.hint.trim().slice(0, 200),
    hintQuestion: packet.question,
  });
}

/**
 * A new account. The 5.0 client opens a web page instead; other builds of the
 * time send this.
 */
export async function register(ctx: Context, fields: Fields): Promise<void> {
  const { services, settings, session } = ctx;
  const answer = (result: Registration) =>
    ctx.reply(registration.frame(result));
  const refuse = (sentence: string) => {
    services.counters.refused("REGISTER");
    ctx.log.info("registration refused", { ...ctx.who, reason: sentence });
    answer({ refusal: sentence });
  };
  if (settings.auth.registration === "closed") {
    refuse("Registration is closed. Please ask the host for an account.");
    return;
  }
  if (services.addressBans.of(session.address, undefined, ctx.now)) {
    refuse("Your address is banned here.");
    return;
  }
  if (services.guard.registrationWait(session.address, ctx.steady) > 0) {
    refuse("Too many registrations from your address. Please wait.");
    return;
  }
  const nickname = (fields.get("nickname") ?? "").trim();
  const clear = decodeDigits(fields.get("password") ?? "", 0, 1) ??
    new Uint8Array();
  const staff = ["moderator", "admin", "superadmin"] as const;
  const fault = nicknameFault(nickname) ??
    imitationFault(
      nickname,
      staff.flatMap((role) =>
        ctx.store.accounts.list({ role }).map((account) => account.nickname)
      ),
    ) ?? passwordFault(decodeText(clear));
  if (fault !== null) {
    refuse(fault);
    return;
  }
  const { accounts } = ctx.store;
  if (accounts.byNickname(nickname) !== undefined) {
    answer({ suggestion: suggest(ctx, nickname) });
    return;
  }
  // The old forms have no field for a code: it comes as the referrer.
  const code = fields.get("referred") ?? "";
  services.guard.registered(session.address, ctx.steady);
  try {
    const passwordHash = await services.passwords.hash(clear, {
      from: hostKey(session.address),
    });
    const account = ctx.store.transaction(() => {
      if (
        settings.auth.registration === "invite" &&
        !ctx.store.inviteCodes.redeem(code, ctx.now)
      ) return undefined;
      return createAccount(ctx, nickname, passwordHash, fields);
    });
    if (account === undefined) {
      refuse("Registration needs an invite code from the host.");
      return;
    }
    ctx.audit({
      action: "user.register",
      actor: nickname,
      actorUid: account.uid,
      target: nickname,
    });
    ctx.log.info("registered", { ...ctx.who, uid: account.uid, nickname });
    answer({ uid: account.uid });
  } catch (error) {
    if (error instanceof StoreError && error.code === "nickname-taken") {
      answer({ suggestion: suggest(ctx, nickname) });
      return;
    }
    ctx.log.warn("registration failed", { ...ctx.who, error: String(error) });
    refuse(BUSY);
  }
}

function createAccount(
  ctx: Context,
  nickname: string,
  passwordHash: string,
  fields: Fields,
): Account {
  const { accounts } = ctx.store;
  const text = (key: string) => (fields.get(key) ?? "").slice(0, 200);
  const shown = (key: string) => !/^[N0]/i.test(fields.get(key) ?? "Y");
  const account = accounts.create({
    nickname,
    passwordHash,
    createdAt: ctx.now,
    email: text("email"),
    first: text("first"),
    last: text("last"),
    showFirst: shown("show_first"),
    showLast: shown("show_last"),
    showEmail: shown("show_email"),
  });
  const profile = new Map<string, string>();
  for (const key of PROFILE_FIELDS) {
    if (fields.has(key)) profile.set(key, text(key));
  }
  if (profile.size > 0) accounts.setProfile(account.uid, profile);
  return account;
}

/** The nickname with the smallest number that makes it free. */
function suggest(ctx: Context, nickname: string): string {
  const stem = nickname.slice(0, 120);
  for (let n = 2; n < 1000; n++) {
    const candidate = `${stem}${n}`;
    if (ctx.store.accounts.byNickname(candidate) === undefined) {
      return candidate;
    }
  }
  return `${stem}${Math.floor(ctx.services.random() * 1e6)}`;
}

const NO_MAIL = "This server sends no e-mail. Your invitation is noted for " +
  "its host; please tell your friend yourself how to get here.";

/** Kept for the host to see; this server sends no e-mail by itself. */
export function emailInvite(ctx: Context, fields: Fields): void {
  const email = (fields.get("email") ?? "").trim().slice(0, 200);
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) {
    ctx.ignore("e-mail invitation without an address");
    return;
  }
  const { emailInvites } = ctx.store;
  const { uid } = ctx.session;
  const most = ctx.settings.limits.email_invites_per_user;
  if (emailInvites.list(uid).length >= most) {
    ctx.refuse("EMAIL_INVITE", "You have invited enough people by e-mail.");
    return;
  }
  emailInvites.add({
    from: uid,
    email,
    at: ctx.now,
  });
  ctx.log.info("e-mail invitation kept", ctx.who);
  // The client behaves as if a mail had gone.
  ctx.reply(announcement.frame({ text: NO_MAIL }));
}

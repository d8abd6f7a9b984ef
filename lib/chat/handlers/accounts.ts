/**
 * Password change and registration
 * (docs/protocol.md, "Registration and passwords").
 *
 * @module
 */
import { Refused } from "../../actions/acting.ts";
import { changeOwnPassword } from "../../actions/password.ts";
import { PROFILE_FIELDS } from "../../actions/profile.ts";
import * as actions from "../../actions/register.ts";
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
import { staffLine } from "../tell_staff.ts";
import { makeShortKey } from "../server_key.ts";

const BUSY = "The server is busy. Please try again shortly.";

/** Answers with the key under which the client must encode the old password. */
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
  const { session, services } = ctx;
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
  const { guard, passwords } = services;
  if (guard.codeWait("password", session.uid, ctx.steady) > 0) {
    ctx.refuse("PASSWORD_CHANGE", "Too many attempts. Please wait.");
    return;
  }
  const turn = { from: hostKey(session.address) };
  try {
    await changeOwnPassword(ctx.acting, session.uid, {
      password: decodeText(clear),
      turn,
      hash: (bytes, turn) => passwords.hash(bytes, turn),
      isThere: () => session.phase !== "gone",
      async isRight({ uid, passwordHash }) {
        const right = await passwords.verify(passwordHash, old, turn);
        if (!right) guard.codeTried("password", uid, false, ctx.steady);
        return right;
      },
    });
  } catch (error) {
    if (!(error instanceof Refused)) {
      ctx.log.warn("password change failed", {
        ...ctx.who,
        error: String(error),
      });
    }
    ctx.refuse(
      "PASSWORD_CHANGE",
      error instanceof Refused ? error.message : BUSY,
    );
    return;
  }
  ctx.log.info("password changed", ctx.who);
  ctx.reply(accepted("PASSWORD_CHANGE"));
}

/**
 * Hints cause disk writes, so each account may store one per this many
 * milliseconds.
 */
const HINT_EVERY_MS = 60_000;

/**
 * Handles the packet that follows every password change, even a refused one.
 * The answer to the hint question is never stored: nothing reads it, and
 * elsewhere it is as good as a password.
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
 * Creates an account. The 5.0 client opens a web page instead, but other builds
 * of the time send this packet.
 */
export async function register(ctx: Context, fields: Fields): Promise<void> {
  const { services, session } = ctx;
  const result = await actions.register(
    {
      store: ctx.store,
      addressBans: services.addressBans,
      passwords: services.passwords,
      guard: services.guard,
      log: ctx.log,
      live: {
        ...staffLine(ctx),
        letters: () => services.letters?.() ?? null,
      },
      config: () => ctx.settings,
      clock: () => ctx.now,
      steady: () => ctx.steady,
    },
    session.address,
    withKnownCode(ctx, wishOf(fields)),
  );
  const answer = (text: Registration) => ctx.reply(registration.frame(text));
  if (!actions.isRefusal(result)) {
    answer({ uid: result.uid });
  } else if (result.taken) {
    answer({ suggestion: suggest(ctx, wishOf(fields).nickname) });
  } else {
    services.counters.refused("REGISTER");
    ctx.complain("registration refused", { reason: result.sentence });
    answer({ refusal: result.sentence });
  }
}

/**
 * Drops an unknown code where registration only needs approval: the code
 * arrives in the field for the name of a friend, so a wrong one is no reason to
 * refuse.
 */
function withKnownCode(
  { store, settings, now }: Context,
  wish: actions.RegisterWish,
): actions.RegisterWish {
  return settings.auth.registration === "approval" &&
      store.inviteCodes.find(wish.code, now) === undefined
    ? { ...wish, code: "" }
    : wish;
}

function wishOf(fields: Fields): actions.RegisterWish {
  const text = (key: string) => (fields.get(key) ?? "").trim();
  const shown = (key: string) => !/^[N0]/i.test(fields.get(key) ?? "Y");
  const clear = decodeDigits(fields.get("password") ?? "", 0, 1);
  return {
    nickname: text("nickname"),
    password: decodeText(clear ?? new Uint8Array()),
    email: text("email"),
    first: text("first"),
    last: text("last"),
    // The old forms have no field for a code, so users enter it as the
    // referrer.
    code: fields.get("referred") ?? "",
    shown: {
      showFirst: shown("show_first"),
      showLast: shown("show_last"),
      showEmail: shown("show_email"),
    },
    fields: new Map(
      PROFILE_FIELDS.filter((key) => fields.has(key))
        .map((key) => [key, text(key)]),
    ),
  };
}

/** Returns the nickname followed by the smallest number that makes it free. */
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

/** Logs the invitation for the host: this server sends no e-mail by itself. */
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
  // Otherwise the client would claim that the e-mail was sent.
  ctx.reply(announcement.frame({ text: NO_MAIL }));
}

/**
 * Sign-on, from the first packet to the pal window (docs/protocol.md,
 * "Sign-on").
 *
 * @module
 */
import { banSentence } from "../../actions/address_bans.ts";
import { applicationFault } from "../../actions/applications.ts";
import { memberFault } from "../../actions/emergency.ts";
import type { Session } from "../../domain/session.ts";
import { SYSTEM_UID, type Uid } from "../../domain/store.ts";
import {
  decodeDigits,
  GAIM_LIMERICK,
  isVerifiable,
  keyOffset,
} from "../../protocol/challenge.ts";
import { equalBytes } from "../../protocol/bytes.ts";
import {
  CLIENT_5_0,
  dialectOf,
  SILENT,
} from "../../protocol/dialects/table.ts";
import {
  hello as helloPacket,
  HELLO_TEXT,
  type Login,
  loginNotComplete,
  type Lymerick,
  redirect,
  refusal,
  serverKey,
  uinResponse,
} from "../../protocol/packets/signon.ts";
import { signOnRefused } from "../../ops/log.ts";
import type { Turn } from "../../ops/password_hash.ts";
import { LONGEST_WAIT_MS, type Verdict } from "../../actions/sign_on_guard.ts";
import type { Context } from "../context.ts";
import { literalKey, makeKey, readableKey } from "../server_key.ts";
import { welcome } from "./welcome.ts";
import { depart } from "../departure.ts";

const WRONG = "Your nickname or password is not right. Please try again.";
const BUSY = "The server is busy signing people on. Please try again shortly.";

/** Answers CLIENT_HELLO, unless HELLO was sent already. */
export function hello(ctx: Context): void {
  const { session, services } = ctx;
  session.saidHello = true;
  session.dialect = CLIENT_5_0;
  if (session.greetedUnasked) {
    session.greetedUnasked = false;
    return;
  }
  const elsewhere = services.redirect();
  if (elsewhere !== null) {
    ctx.log.info("redirected", { ...ctx.who, to: elsewhere.address });
    ctx.reply(redirect.frame(elsewhere));
    return;
  }
  session.phase = "hello";
  ctx.reply(helloPacket.frame({ text: HELLO_TEXT }));
  ctx.services.signOnStep(session, "hello");
}

/**
 * Greets a client that sends nothing: Gaim's plugin waits for HELLO. It makes
 * its second connection to the address in REDIRECT, so that is sent first.
 */
export function greetSilent(ctx: Context): void {
  const { session, services } = ctx;
  if (session.phase !== "new") return;
  session.phase = "hello";
  session.greetedUnasked = true;
  session.dialect = SILENT;
  const address = services.media.addressFor(session);
  const here = address === undefined
    ? null
    : { address, port: session.localPort };
  const to = services.redirect() ?? here;
  if (to !== null) ctx.reply(redirect.frame(to));
  ctx.reply(helloPacket.frame({ text: HELLO_TEXT }));
  services.signOnStep(session, "hello", "after a silence");
}

/** Answers with the uid of a nickname, or 0 when no account has it. */
export function getUin(ctx: Context, packet: { nickname: string }): void {
  const nickname = packet.nickname.replace(/[\0\r\n]+$/, "").trim();
  ctx.services.signOnStep(ctx.session, "uin-asked", nickname);
  const account = ctx.store.accounts.byNickname(nickname);
  const found = account !== undefined && account.uid !== SYSTEM_UID;
  // The client needs the account's record, not the nickname as typed. The name
  // and e-mail address are withheld until a password has been given.
  ctx.reply(
    uinResponse.frame({
      uid: found ? account.uid : 0,
      nickname: found ? account.nickname : nickname,
    }),
  );
  ctx.services.signOnStep(ctx.session, "uin-answered", found ? "" : "unknown");
}

/**
 * Notes the account that is about to sign on, and answers with the key for its
 * password.
 */
export function lymerick(ctx: Context, packet: Lymerick): void {
  const { session, settings } = ctx;
  session.dialect = dialectOf({
    saidHello: session.saidHello,
    longLymerick: packet.serial !== undefined,
    version: session.clientVersion,
  });
  const literal = settings.auth.send_literal_key_first;
  const key = literal
    ? literalKey()
    : makeKey(settings.auth.server_key, ctx.services.random);
  session.signOn = { uid: packet.uid, key, unreadable: !isVerifiable(key) };
  ctx.services.signOnStep(session, "lymerick");
  ctx.reply(loginNotComplete.frame({}));
  ctx.reply(serverKey.frame({ key }));
  ctx.services.signOnStep(session, "key-sent");
}

/**
 * Decodes the digits under both texts of the limerick, the client's and Gaim's.
 */
function candidates(digits: string, key: Uint8Array): Uint8Array[] {
  const offset = keyOffset(key);
  const plain = decodeDigits(digits, offset, 1);
  if (plain === undefined) return [];
  const other = decodeDigits(digits, offset, 1, GAIM_LIMERICK);
  return other === undefined || equalBytes(plain, other)
    ? [plain]
    : [plain, other];
}

/** Checks the encoded password, and completes or refuses the sign-on. */
export async function login(ctx: Context, packet: Login): Promise<void> {
  const { session, services, settings } = ctx;
  const state = session.signOn;
  if (state === undefined) {
    ctx.ignore("LOGIN before LYMERICK");
    return;
  }
  services.signOnStep(session, "login");
  const byTicket = session.ticketUid === packet.uid;
  if (state.unreadable && !byTicket) {
    // Each new key makes the client send its password again.
    state.key = readableKey(settings.auth.server_key, services.random);
    state.unreadable = false;
    ctx.reply(serverKey.frame({ key: state.key }));
    services.signOnStep(session, "key-sent", "second key");
    return;
  }
  session.signOn = undefined;
  if (refuseKeptOut(ctx, packet.uid)) return;
  const { key } = state;
  const another = state.uid !== 0 && state.uid !== packet.uid;
  let verdict: Verdict;
  try {
    verdict = byTicket ? "right" : await services.guard.attempt({
      address: session.address,
      account: String(packet.uid),
      isKnownPlace: () =>
        ctx.store.accounts.knowsPlace(packet.uid, session.address),
      isWaiting: () => isThere(session),
      steady: services.steady,
    }, async (turn) => await checkPassword(ctx, packet, key, turn) && !another);
  } catch (error) {
    if (!isThere(session)) return;
    // The queue of password checks is full, which does not count as a failed
    // attempt.
    if (ctx.mayHaveLine()) {
      ctx.log.warn("sign-on put off", { ...ctx.who, error: String(error) });
    }
    refuseLogin(ctx, packet.uid, "busy", BUSY);
    return;
  }
  if (verdict === "gone" || !isThere(session)) return;
  if (verdict === "later") return refuseThrottled(ctx, packet.uid);
  if (verdict === "wrong" || another) {
    refuseLogin(ctx, packet.uid, "password", WRONG);
    return;
  }
  finish(ctx, packet.uid);
}

/** Completes the sign-on of a user who has proved who they are. */
function finish(ctx: Context, uid: Uid): void {
  // Checked again: the address may have been banned during the password check.
  if (refuseKeptOut(ctx, uid)) return;
  const ban = ctx.store.bans.find("account", String(uid), ctx.now);
  if (ban !== undefined) {
    refuseLogin(ctx, uid, "banned", banSentence(ban));
    return;
  }
  const waits = applicationFault(ctx.store, uid);
  if (waits !== null) {
    refuseLogin(ctx, uid, "not approved", waits);
    return;
  }
  const account = ctx.store.accounts.get(uid);
  if (account === undefined) refuseLogin(ctx, uid, "removed", WRONG);
  else welcome(ctx, account);
}

/**
 * Refuses accounts that a ban of their address applies to, and during an
 * emergency everybody but staff. Costs no password check; the host's own bans
 * have refused the connection earlier.
 */
function refuseKeptOut(ctx: Context, uid: Uid): boolean {
  const { session, services, store, now } = ctx;
  const account = store.accounts.get(uid);
  const closed = account && memberFault(store, account);
  if (closed) {
    refuseLogin(ctx, uid, "closed", closed);
    return true;
  }
  const ban = services.addressBans.of(session.address, account, now);
  if (ban === undefined) return false;
  refuseLogin(ctx, uid, "banned", banSentence(ban));
  return true;
}

/**
 * Returns whether the connection still exists, which may have ended while its
 * password waited to be checked.
 */
function isThere(session: Session): boolean {
  return session.phase !== "gone";
}

/** Takes the same time whether or not the account exists. */
async function checkPassword(
  ctx: Context,
  packet: Login,
  key: Uint8Array,
  turn: Turn,
): Promise<boolean> {
  const { passwords } = ctx.services;
  const account = packet.uid === SYSTEM_UID
    ? undefined
    : ctx.store.accounts.get(packet.uid);
  const { textIn } = ctx.session.dialect;
  const clears = candidates(packet.digits, key)
    .map((clear) => textIn?.(clear) ?? clear);
  if (clears.length === 0) {
    return await passwords.verifyAbsent(new Uint8Array(), turn);
  }
  for (const clear of clears) {
    const matches = account === undefined
      ? await passwords.verifyAbsent(clear, turn)
      : await passwords.verify(account.passwordHash, clear, turn);
    if (!matches) continue;
    // The check may have waited long; the password valid now decides.
    const now = ctx.store.accounts.get(packet.uid)?.passwordHash;
    return now === account?.passwordHash;
  }
  return false;
}

function refuseThrottled(ctx: Context, uid: Uid): void {
  const seconds = LONGEST_WAIT_MS / 1000;
  refuseLogin(
    ctx,
    uid,
    "throttled",
    `Too many attempts. Please wait ${seconds} seconds and try again.`,
  );
}

/** Makes the client show the sentence and open its sign-on window again. */
function refuseLogin(
  ctx: Context,
  uid: Uid,
  cause: string,
  sentence: string,
): void {
  const nickname = ctx.store.accounts.get(uid)?.nickname ?? "";
  ctx.services.counters.signOnsRefused++;
  if (ctx.mayHaveLine()) {
    signOnRefused(ctx.log, {
      address: ctx.session.address,
      nickname: nickname || String(uid),
      reason: cause,
    });
  }
  ctx.services.signOnStep(ctx.session, "refused", cause);
  ctx.reply(refusal("LOGIN", sentence));
  ctx.out.close(ctx.session, `sign-on failed: ${cause}`);
}

export function bye(ctx: Context): void {
  ctx.session.saidGoodbye = true;
  ctx.session.ending = "clean";
  // Immediately, not when the socket closes: messages that arrive in between
  // must be stored for the user's return.
  depart(ctx, ctx.session);
  ctx.out.close(ctx.session, "the client said goodbye");
}

/**
 * Does nothing: receiving the packet already shows that the client is alive.
 */
export function keepalive(): void {}

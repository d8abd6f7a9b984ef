/**
 * Instant messages (docs/protocol.md, "Messages").
 *
 * @module
 */
import { findable } from "../../actions/applications.ts";
import type { Session } from "../../domain/session.ts";
import {
  type Account,
  LEVEL,
  SYSTEM_UID,
  type Uid,
} from "../../domain/store.ts";
import type { ClientTypeName } from "../../protocol/packet_types.ts";
import { STATUS } from "../../protocol/packets/pals.ts";
import { imIn } from "../../protocol/packets/messages.ts";
import { encodeText } from "../../protocol/windows1252.ts";
import { contactFault, muteFault, palsOnly } from "../contact.ts";
import type { Context } from "../context.ts";
import { sendIm } from "../instant_messages.ts";
import { plainText } from "../plain_text.ts";
import { wordsChecked } from "../room_rules.ts";

const TOO_LONG = "Your message is too long.";

export function im(
  ctx: Context,
  { to, text }: { to: Uid; text: Uint8Array },
): void | Promise<void> {
  if (text.length > ctx.settings.limits.message_bytes) {
    ctx.refuse("IM_OUT", TOO_LONG);
    return;
  }
  if (to === SYSTEM_UID) return command(ctx, text);
  if (text.length === 0) return ctx.ignore("empty message", { to });
  const checked = checkedWords(ctx, to, text);
  if (typeof checked === "string") return ctx.refuse("IM_OUT", checked);
  const receiver = ctx.online(to);
  if (receiver === undefined || receiver.catchingUp) store(ctx, to, checked);
  else deliver(ctx, receiver, checked);
}

/** Applies the word list to messages, where the host has enabled that. */
function checkedWords(
  ctx: Context,
  to: Uid,
  text: Uint8Array,
): Uint8Array | string {
  if (!ctx.settings.moderation.words_in_messages) return text;
  const role = ctx.store.accounts.get(to)?.role ?? "user";
  // Users may quote forbidden words when they complain to staff.
  return LEVEL[role] > 0 ? text : wordsChecked(ctx, null, text);
}

function deliver(ctx: Context, receiver: Session, text: Uint8Array): void {
  const { session } = ctx;
  // From now on the sender's client has a window open for the receiver.
  session.known.add(receiver.uid);
  if (!mayWrite(ctx, "IM_OUT", receiver.account)) return;
  const message = {
    to: receiver.uid,
    from: session.uid,
    body: text.slice(),
    at: ctx.now,
  };
  receiver.inFlight.sent(message);
  sendIm(ctx, session.account, receiver, text, { what: "message", message });
  if (receiver.status === STATUS.away) answerAway(ctx, receiver);
}

/**
 * Returns whether the sender may write to the receiver. Says nothing to blocked
 * senders, and tells other senders why they may not.
 */
export function mayWrite(
  ctx: Context,
  packet: ClientTypeName,
  to: Account,
): boolean {
  const muted = muteFault(ctx.session, to);
  if (muted !== undefined) {
    ctx.refuse(packet, muted);
    return false;
  }
  const fault = contactFault(ctx, to, "text");
  if (fault === "blocked") {
    ctx.log.debug("message to someone who blocks the sender", ctx.who);
  } else if (fault === "pals-only") {
    ctx.refuse(packet, palsOnly(to.nickname, "text"));
  }
  return fault === undefined;
}

/** Stores the message before anything else is done with the packet. */
function store(ctx: Context, to: Uid, text: Uint8Array): void {
  const { session, settings } = ctx;
  const account = findable(ctx.store, ctx.store.accounts.get(to));
  if (account === undefined) {
    ctx.refuse("IM_OUT", "There is no such user.");
    return;
  }
  session.known.add(to);
  if (!mayWrite(ctx, "IM_OUT", account)) return;
  const limit = settings.limits.offline_messages_per_user;
  if (ctx.store.messages.count(to) >= limit) {
    ctx.refuse(
      "IM_OUT",
      `${account.nickname} is offline and has too many messages waiting.`,
    );
    return;
  }
  const most = settings.limits.offline_messages_per_sender;
  if (ctx.store.messages.countFrom(to, session.uid) >= most) {
    ctx.refuse(
      "IM_OUT",
      `${account.nickname} is offline, and enough of your messages wait already.`,
    );
    return;
  }
  ctx.store.messages.add({
    to,
    from: session.uid,
    body: text,
    at: ctx.now,
  });
}

/**
 * Sends the automatic answer once per sender, where the host has enabled it:
 * the client itself shows nothing.
 */
function answerAway(ctx: Context, receiver: Session): void {
  const { session, settings } = ctx;
  if (!settings.messages.away_reply || receiver.awayText.length === 0) return;
  if (receiver.awayTold.has(session.uid)) return;
  receiver.awayTold.add(session.uid);
  sendIm(ctx, receiver.account, session, receiver.awayText);
}

/** Runs a message to the system user as a command. */
async function command(ctx: Context, text: Uint8Array): Promise<void> {
  const lines = await ctx.services.runCommand(plainText(text), ctx.session);
  for (const part of inMessages(lines)) {
    ctx.reply(imIn.frame({ from: SYSTEM_UID, text: encodeText(part) }));
  }
}

/** Longest answer in bytes, like the longest message between users. */
const MAX_ANSWER = 1500;

/**
 * Joins lines into as few messages as possible, each within {@linkcode
 * MAX_ANSWER}.
 */
function inMessages(lines: readonly string[]): string[] {
  const messages: string[] = [];
  let message = "";
  for (const whole of lines) {
    for (let at = 0; at === 0 || at < whole.length; at += MAX_ANSWER) {
      const line = whole.slice(at, at + MAX_ANSWER);
      if (message !== "" && message.length + line.length >= MAX_ANSWER) {
        messages.push(message);
        message = "";
      }
      message += message === "" ? line : `\n${line}`;
    }
  }
  return message === "" ? messages : [...messages, message];
}

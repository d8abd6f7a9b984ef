/**
 * Instant messages and room text (docs/protocol.md, "Messages").
 *
 * @module
 */
import type { Session } from "../../domain/session.ts";
import {
  type Account,
  type Gid,
  SYSTEM_UID,
  type Uid,
} from "../../domain/store.ts";
import type { Room } from "../../domain/room.ts";
import { foldName } from "../../domain/names.ts";
import { STATUS } from "../../protocol/packets/pals.ts";
import {
  imIn,
  MAX_BANNER,
  newStyleIm,
  roomTextFrame,
  systemLine,
} from "../../protocol/packets/messages.ts";
import { decodeText, encodeText } from "../../protocol/windows1252.ts";
import type { Context } from "../context.ts";
import { showBanner } from "../membership.ts";
import { memberOf } from "./access.ts";

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
  const receiver = ctx.online(to);
  if (receiver === undefined || receiver.catchingUp) store(ctx, to, text);
  else deliver(ctx, receiver, text);
}

function deliver(ctx: Context, receiver: Session, text: Uint8Array): void {
  const { session } = ctx;
  // Whoever he writes to has a window on his screen now.
  session.known.add(receiver.uid);
  if (receiver.blocks.has(session.uid)) {
    ctx.log.debug("message to someone who blocks the sender", ctx.who);
    return;
  }
  if (!accepts(receiver.account, receiver.pals.has(session.uid))) {
    ctx.refuse("IM_OUT", onlyPals(receiver.nickname));
    return;
  }
  const message = {
    to: receiver.uid,
    from: session.uid,
    body: text.slice(),
    at: ctx.now,
  };
  receiver.onTheWay.add(message);
  sendIm(
    ctx,
    session.account,
    receiver,
    text,
    () => receiver.onTheWay.delete(message),
  );
  if (receiver.status === STATUS.away) answerAway(ctx, receiver);
}

/**
 * Nobody has seen how much the client's record parser takes: a longer text
 * goes the plain way, and the client asks for the name.
 */
const MAX_NEW_STYLE_TEXT = 1500;

/** A stranger's first message brings his name along and opens the window. */
export function sendIm(
  ctx: Context,
  from: Account,
  receiver: Session,
  text: Uint8Array,
  onWritten?: () => void,
): void {
  const knows = receiver.known.has(from.uid) || receiver.uid === from.uid;
  if (knows || text.length > MAX_NEW_STYLE_TEXT) {
    ctx.out.send(receiver, imIn.frame({ from: from.uid, text }), onWritten);
    return;
  }
  receiver.known.add(from.uid);
  ctx.out.send(
    receiver,
    newStyleIm.frame({
      uid: from.uid,
      nickname: from.nickname,
      first: from.showFirst ? from.first : "",
      last: from.showLast ? from.last : "",
      force: true,
      text,
    }),
    onWritten,
  );
}

/** Privacy "P" of the client's menu: pals only. */
export function accepts(account: Account, isPal: boolean): boolean {
  return account.privacy !== "P" || isPal;
}

function onlyPals(nickname: string): string {
  return `${nickname} takes messages from pals only.`;
}

/** Stored before anything else happens to the packet. */
function store(ctx: Context, to: Uid, text: Uint8Array): void {
  const { session, settings } = ctx;
  const account = ctx.store.accounts.get(to);
  if (account === undefined) {
    ctx.refuse("IM_OUT", "There is no such user.");
    return;
  }
  session.known.add(to);
  if (ctx.store.relations.blockedBy(session.uid).includes(to)) {
    ctx.log.debug("message to someone who blocks the sender", ctx.who);
    return;
  }
  const isPal = account.privacy !== "P" ||
    ctx.store.relations.watchers(session.uid).includes(to);
  if (!accepts(account, isPal)) {
    ctx.refuse("IM_OUT", onlyPals(account.nickname));
    return;
  }
  const limit = settings.limits.offline_messages_per_user;
  if (ctx.store.messages.count(to) >= limit) {
    ctx.refuse(
      "IM_OUT",
      `${account.nickname} is off line and has too many messages waiting.`,
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

/** Once per sender, when the host wants it: the client itself says nothing. */
function answerAway(ctx: Context, receiver: Session): void {
  const { session, settings } = ctx;
  if (!settings.messages.away_reply || receiver.awayText.length === 0) return;
  if (receiver.awayTold.has(session.uid)) return;
  receiver.awayTold.add(session.uid);
  sendIm(ctx, receiver.account, session, receiver.awayText);
}

/** Takes the client's markup off a line. */
export function plainText(text: Uint8Array): string {
  return decodeText(text).replaceAll(/<[^<>]*>/g, "").trim();
}

/** A message to the system user is a command. */
async function command(ctx: Context, text: Uint8Array): Promise<void> {
  const lines = await ctx.services.runCommand(plainText(text), ctx.session);
  for (const part of inMessages(lines)) {
    ctx.reply(imIn.frame({ from: SYSTEM_UID, text: encodeText(part) }));
  }
}

/** No longer than what people write to each other. */
const MAX_ANSWER = 1500;

/** Lines as few messages, each within {@linkcode MAX_ANSWER}. */
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

/** Room text goes to all others as it came; the client shows its own line. */
export function roomMessage(
  ctx: Context,
  { gid, text }: { gid: Gid; text: Uint8Array },
): void {
  const { session, settings, world } = ctx;
  const found = memberOf(ctx, gid, "ROOM_MESSAGE_OUT");
  if (found === undefined) return;
  const { room, member } = found;
  if (text.length > settings.limits.message_bytes) {
    ctx.refuse("ROOM_MESSAGE_OUT", TOO_LONG);
    return;
  }
  if (member.invisible) {
    ctx.reply(systemLine(gid, "You are invisible here and cannot write."));
    return;
  }
  if (room.redDotText && room.redDots.has(session.uid)) {
    ctx.reply(systemLine(gid, "You have a red dot and cannot write here."));
    return;
  }
  const whisper = whisperOf(text);
  if (whisper !== undefined) {
    sendWhisper(ctx, room, whisper);
    return;
  }
  const blockers = world.blockers(session.uid);
  const skip = blockers === undefined
    ? session.uid
    : new Set([session.uid, ...blockers]);
  ctx.out.room(room, roomTextFrame(gid, session.uid, text), skip);
}

interface Whisper {
  /** Formatting in front of the command, and its end behind the text. */
  readonly head: string;
  readonly tail: string;
  /** What follows "/w ": a nickname, a colon, the text. */
  readonly rest: string;
}

const SLASH = 0x2f;
const LESS = 0x3c;

/** `/w nick: text`, within formatting tags at most. */
function whisperOf(text: Uint8Array): Whisper | undefined {
  // Nearly no line is one: look at one byte before decoding anything.
  if (text[0] !== SLASH && text[0] !== LESS) return undefined;
  const match = /^((?:<[^<>]*>)*)\/w\s+(.*)$/is.exec(decodeText(text));
  if (match === null) return undefined;
  const [, head = "", rest = ""] = match;
  const end = closingTags(rest);
  return { head, rest: rest.slice(0, end), tail: rest.slice(end) };
}

/** Where the closing tags at the end of a text begin. */
function closingTags(text: string): number {
  let end = text.length;
  while (text[end - 1] === ">") {
    const start = text.lastIndexOf("<", end - 1);
    if (start < 0 || text[start + 1] !== "/") break;
    end = start;
  }
  return end;
}

function sendWhisper(ctx: Context, room: Room, whisper: Whisper): void {
  const { session } = ctx;
  const answer = (line: string) => ctx.reply(systemLine(room.gid, line));
  const other = addressee(ctx, room, whisper.rest);
  if (other === undefined) {
    const [wanted = ""] = whisper.rest.split(":");
    answer(`Nobody else here is called ${wanted.trim()}.`);
    return;
  }
  if (!other.blocks.has(session.uid)) {
    // Clients know a whisper by a tag and these stars at the line's beginning.
    const head = whisper.head === "" ? "<pi>" : whisper.head;
    const tail = whisper.head === "" ? "</pi>" : whisper.tail;
    const text = whisper.rest.slice(other.nickname.length + 1).trim();
    const line = `${head}***** Start Whisper ***** ${text} ` +
      `***** End Whisper *****${tail}`;
    ctx.out.send(
      other,
      roomTextFrame(room.gid, session.uid, encodeText(line)),
    );
  }
  answer("Whisper sent.");
}

/** Nicknames may hold colons: the longest that fits is meant. */
function addressee(
  ctx: Context,
  room: Room,
  rest: string,
): Session | undefined {
  const wanted = foldName(rest);
  let found: Session | undefined;
  for (const { session: other, invisible } of room.members.values()) {
    if (invisible || other === ctx.session) continue;
    if (!wanted.startsWith(`${foldName(other.nickname)}:`)) continue;
    if (found && found.nickname.length > other.nickname.length) continue;
    found = other;
  }
  return found;
}

/** A new topic, by an admin; everybody sees it, he too. */
export function setBanner(
  ctx: Context,
  { gid, text }: { gid: Gid; text: Uint8Array },
): void {
  const found = memberOf(ctx, gid, "ROOM_BANNER_MESSAGE", { admin: true });
  if (found === undefined) return;
  const { room } = found;
  const line = decodeText(text.subarray(0, MAX_BANNER));
  if (room.permanent) ctx.store.rooms.update(gid, { banner: line });
  room.banner = line;
  ctx.audit({
    action: "room.banner",
    target: String(gid),
    after: room.banner,
  });
  showBanner(ctx, room);
}

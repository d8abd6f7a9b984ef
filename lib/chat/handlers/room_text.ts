/**
 * Text in rooms: messages, whispers and the topic (docs/protocol.md,
 * "Messages", "Rooms").
 *
 * @module
 */
import { muteSentence } from "../../actions/mutes.ts";
import { foldName } from "../../domain/names.ts";
import type { Room } from "../../domain/room.ts";
import type { Session } from "../../domain/session.ts";
import type { Gid } from "../../domain/store.ts";
import {
  MAX_BANNER,
  roomTextFrame,
  systemLine,
} from "../../protocol/packets/messages.ts";
import { decodeText, encodeText } from "../../protocol/windows1252.ts";
import type { Context } from "../context.ts";
import { REJOIN_MS } from "../ghosts.ts";
import { keepForReturning, keepWhisper } from "../returning.ts";
import { showBanner } from "../membership.ts";
import { slowFault, wordsChecked } from "../room_rules.ts";
import { memberOf, type Place } from "./access.ts";

/**
 * Forwards room text unchanged to all other members; the sender's client shows
 * its own line.
 */
export function roomMessage(
  ctx: Context,
  { gid, text: written }: { gid: Gid; text: Uint8Array },
): void {
  const { session, settings } = ctx;
  if (written.length === 0) return ctx.ignore("empty line", { room: gid });
  if (isRejoining(ctx, gid, written)) {
    const held = session.heldLines.hold(gid, written, ctx.now);
    const what = held ? "line for a room not joined yet" : "not in that room";
    ctx.complain(what, { packet: "ROOM_MESSAGE_OUT", room: gid });
    return;
  }
  const found = memberOf(ctx, gid, "ROOM_MESSAGE_OUT");
  if (found === undefined) return;
  const { room } = found;
  if (written.length > settings.limits.message_bytes) {
    ctx.refuse("ROOM_MESSAGE_OUT", "Your message is too long.");
    return;
  }
  const fault = whyNotWrite(ctx, found);
  const text = fault ?? wordsChecked(ctx, room, written);
  if (typeof text === "string") {
    ctx.reply(systemLine(gid, text));
    return;
  }
  const whisper = whisperOf(text);
  if (whisper !== undefined) sendWhisper(ctx, room, whisper);
  else sendLine(ctx, found, text);
}

/** Returns why this member may not write here, or undefined when they may. */
function whyNotWrite(
  { session }: Context,
  { room, member }: Place,
): string | undefined {
  if (member.invisible) return "You are invisible here and cannot write.";
  if (room.redDotText && room.isMuted(session)) {
    return "You have a red dot and cannot write here.";
  }
  return session.mute && muteSentence(session.mute);
}

function sendLine(
  ctx: Context,
  { room, member }: Place,
  text: Uint8Array,
): void {
  const { session, settings, world } = ctx;
  const { gid } = room;
  const slow = slowFault(ctx, room, member);
  if (slow !== undefined) {
    ctx.reply(systemLine(gid, slow));
    return;
  }
  if (room.slowSeconds > 0) {
    room.slow.wrote(session.uid, 1000 * room.slowSeconds, ctx.steady);
  }
  const blockers = world.blockers(session.uid);
  const skip = blockers === undefined
    ? session.uid
    : new Set([session.uid, ...blockers]);
  ctx.out.room(room, roomTextFrame(gid, session.uid, text), skip);
  keepForReturning(ctx, room, text);
  room.recent.add(
    { at: ctx.now, nickname: session.nickname, text },
    settings.moderation.room_lines,
  );
}

/**
 * Returns whether the client has just reconnected, so that its -310 is still to
 * come.
 */
function isRejoining(ctx: Context, gid: Gid, text: Uint8Array): boolean {
  const { session, settings, world } = ctx;
  return ctx.now - session.connectedAt < REJOIN_MS &&
    text.length <= settings.limits.message_bytes &&
    world.rooms.get(gid)?.members.has(session.uid) === false;
}

/** Sends the lines that were typed while the room was being joined. */
export function sendHeldLines(ctx: Context, gid: Gid): void {
  const { session } = ctx;
  if (!session.hasHeldLines) return;
  for (const text of session.heldLines.take(gid, ctx.now)) {
    roomMessage(ctx, { gid, text });
  }
}

interface Whisper {
  /** The formatting before the command, and its closing tags after the text. */
  readonly head: string;
  readonly tail: string;
  /** The text after "/w ": a nickname, a colon, the message. */
  readonly rest: string;
}

const [SLASH, W, LESS, GREATER, BLANK] = encodeText("/w<> ");

/** Parses `/w nick: text`, which may be inside formatting tags. */
function whisperOf(text: Uint8Array): Whisper | undefined {
  // Every room message passes here, so nothing is decoded before it must be.
  let at = 0;
  while (text[at] === LESS) {
    const end = text.indexOf(GREATER!, at);
    if (end < 0) return undefined;
    // The older form of a colour is <<FONTCOLOR=N>>.
    at = text[at + 1] === LESS && text[end + 1] === GREATER ? end + 2 : end + 1;
  }
  const command = text[at] === SLASH && (text[at + 1]! | BLANK!) === W &&
    text[at + 2] === BLANK;
  if (!command) return undefined;
  const rest = decodeText(text.subarray(at + 3)).trimStart();
  const end = closingTags(rest);
  return {
    head: decodeText(text.subarray(0, at)),
    rest: rest.slice(0, end),
    tail: rest.slice(end),
  };
}

/** Returns the offset of the closing tags at the end of a text. */
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
    const { whisper: form } = other.dialect;
    // Clients recognise a whisper by a tag and these stars at the start of the
    // line.
    const head = whisper.head === "" ? "<pi>" : whisper.head;
    const tail = whisper.head === "" ? "</pi>" : whisper.tail;
    const text = whisper.rest.slice(other.nickname.length + 1).trim();
    const line = form?.(text) ?? `${head}***** Start Whisper ***** ${text} ` +
        `***** End Whisper *****${tail}`;
    const bytes = encodeText(line);
    ctx.out.send(other, roomTextFrame(room.gid, session.uid, bytes));
    keepWhisper(ctx, room, other, bytes);
  }
  answer("Whisper sent.");
}

/**
 * Finds the member addressed. Nicknames may contain colons, so the longest that
 * matches is taken.
 */
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

/**
 * Sets a new topic, by an admin, and shows it to everybody including the admin.
 */
export function setBanner(
  ctx: Context,
  { gid, text }: { gid: Gid; text: Uint8Array },
): void {
  const found = memberOf(ctx, gid, "ROOM_BANNER_MESSAGE", { admin: true });
  if (found === undefined) return;
  const { room } = found;
  if (ctx.session.mute !== undefined) {
    ctx.refuse("ROOM_BANNER_MESSAGE", muteSentence(ctx.session.mute));
    return;
  }
  const checked = wordsChecked(ctx, room, text.subarray(0, MAX_BANNER));
  if (typeof checked === "string") {
    ctx.refuse("ROOM_BANNER_MESSAGE", checked);
    return;
  }
  const line = decodeText(checked);
  if (room.permanent) ctx.store.rooms.update(gid, { banner: line });
  room.banner = line;
  ctx.audit({
    action: "room banner",
    target: String(gid),
    after: room.banner,
  });
  showBanner(ctx, room);
}

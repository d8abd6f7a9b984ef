/**
 * The Paltalk plugin of the messenger Gaim, tested unmodified against this
 * server: the packets on which it hangs or crashes, and the forms that it
 * accepts (docs/protocol.md, "Other clients").
 *
 * @module
 */
import { concat } from "../bytes.ts";
import { CLIENT_TYPES, SERVER_TYPES } from "../packet_types.ts";
import { SEPARATOR } from "../records.ts";
import { encodeText } from "../windows1252.ts";
import type { Dialect, Outgoing } from "./dialect.ts";
import { fromUtf8, utf8In, utf8Out } from "./utf8.ts";

const NEWLINE = 0x0a;
const BLANK = 0x20;
const [LESS, GREATER] = encodeText("<>") as unknown as [number, number];
const BREAK = encodeText("<pbr>");
const MSG = "\nmsg=";

/**
 * GSM frames per voice packet: the plugin reads only one byte of the length.
 */
const VOICE_FRAMES = 4;
/**
 * The plugin must have read SERVER_ERROR and signed off before the FIN arrives.
 */
const FIN_AFTER_MS = 1200;

type Rewrite = (payload: Uint8Array) => Uint8Array;

/**
 * The plugin's parser crashes on an empty text, on an unclosed tag and on an
 * unclosed date.
 */
function safeText(text: Uint8Array): Uint8Array {
  if (text.length === 0) return Uint8Array.of(BLANK);
  const open = text.lastIndexOf(LESS);
  if (open < 0) return text;
  const parts: Uint8Array[] = [];
  let at = 0;
  // No tag is closed after this position, so none may be opened there.
  const lastEnd = text.lastIndexOf(GREATER);
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== LESS) continue;
    const unfinished = i > lastEnd;
    const brokenDate = i === 0 && text[1] === LESS && !dateEnds(text);
    if (!unfinished && !brokenDate) continue;
    parts.push(text.subarray(at, i + 1), Uint8Array.of(BLANK));
    at = i + 1;
  }
  if (parts.length === 0) return text;
  return concat([...parts, text.subarray(at), Uint8Array.of(BLANK)]);
}

/** A message that was stored may begin with `<<(m/d/y h:m AM TZ)>>`. */
function dateEnds(text: Uint8Array): boolean {
  const start = latin1(text.subarray(0, 64));
  return !start.startsWith("<<(") || start.includes(")>>");
}

/**
 * Decodes one character per byte, so that positions stay the same in any
 * encoding.
 */
function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Applies `rewrite` to the payload after its first `head` bytes. */
const behind = (head: number, rewrite: Rewrite): Rewrite => (payload) =>
  concat([payload.subarray(0, head), rewrite(payload.subarray(head))]);

/** The plugin takes the end of a line for the end of the message. */
function messageOnOneLine(payload: Uint8Array): Uint8Array {
  const at = latin1(payload).indexOf(MSG) + MSG.length;
  const text = safeText(payload.subarray(at));
  const parts: Uint8Array[] = [payload.subarray(0, at)];
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    if (i < text.length && text[i] !== NEWLINE) continue;
    parts.push(text.subarray(start, i));
    if (i < text.length) parts.push(BREAK);
    start = i + 1;
  }
  return concat(parts);
}

/**
 * The plugin takes everything after this value in the record for a part of it,
 * so the value goes last.
 */
function listLineFirst(payload: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < payload.length;) {
    const separator = payload.indexOf(SEPARATOR, at);
    const end = separator < 0 ? payload.length : separator;
    const record = payload.subarray(at, end);
    const list = latin1(record).lastIndexOf("\nlist=");
    parts.push(
      ...(list < 0 ? [record] : [
        record.subarray(list + 1),
        Uint8Array.of(NEWLINE),
        record.subarray(0, list),
      ]),
      payload.subarray(end, end + 1),
    );
    at = end + 1;
  }
  return concat(parts);
}

/** The plugin counts 0 as success. */
function noUserAsMinusOne(payload: Uint8Array): Uint8Array {
  const lines = "uid=0\n";
  return latin1(payload).startsWith(lines)
    ? concat([encodeText("uid=-1\n"), payload.subarray(lines.length)])
    : payload;
}

const REWRITES: ReadonlyMap<number, Rewrite> = new Map<number, Rewrite>([
  // The plugin searches for the end of the name, and crashes without one.
  [
    SERVER_TYPES.ROOM_JOINED.type,
    (payload) => concat([payload, Uint8Array.of(NEWLINE)]),
  ],
  // The plugin crashes on a line after the last.
  [
    SERVER_TYPES.INVITE_IN.type,
    (payload) => payload.at(-1) === NEWLINE ? payload.subarray(0, -1) : payload,
  ],
  [SERVER_TYPES.CATEGORY_LIST.type, listLineFirst],
  [SERVER_TYPES.UIN_RESPONSE.type, noUserAsMinusOne],
  [SERVER_TYPES.NEW_STYLE_IM.type, messageOnOneLine],
  [SERVER_TYPES.IM_IN.type, behind(4, safeText)],
  [SERVER_TYPES.ROOM_MESSAGE_IN.type, behind(8, safeText)],
  [SERVER_TYPES.ROOM_BANNER.type, behind(8, safeText)],
]);

/**
 * After a refused sign-on or a kick only SERVER_ERROR makes the plugin sign
 * off. A success with more than four bytes opens an empty error box.
 */
function feedback({ type, payload }: Outgoing): Outgoing {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const to = view.getInt16(0);
  const done = view.getInt16(2) === 0;
  if (done) return { type, payload: payload.subarray(0, 4) };
  const ends = to === CLIENT_TYPES.LOGIN.type ||
    to === CLIENT_TYPES.LYMERICK.type;
  return ends
    ? { type: SERVER_TYPES.SERVER_ERROR.type, payload: payload.subarray(4) }
    : { type, payload };
}

function outgoing({ type, payload }: Outgoing): Outgoing {
  const unicode = utf8Out(type, payload);
  if (type === SERVER_TYPES.FEEDBACK.type) {
    return feedback({ type, payload: unicode });
  }
  if (type === SERVER_TYPES.MAINTENANCE_KICK.type) {
    return { type: SERVER_TYPES.SERVER_ERROR.type, payload: unicode };
  }
  const rewrite = REWRITES.get(type);
  return { type, payload: rewrite ? rewrite(unicode) : unicode };
}

export const GAIM: Dialect = {
  client: "Gaim plugin",
  wantsOwnStatus: true,
  namesStrangers: "always",
  takesOffers: false,
  rejoinsRooms: false,
  adminByRecord: true,
  confirmsBlocks: true,
  ticksInVoiceRooms: false,
  whisper: (text) =>
    `\n<pb><pi>***** Start Whisper</pi></pb>\n${text}\n` +
    `<pi><pb>***** End Whisper</pi></pb>`,
  finAfterMs: FIN_AFTER_MS,
  voiceFrames: VOICE_FRAMES,
  textIn: fromUtf8,
  incoming: utf8In,
  outgoing,
};

/**
 * Messages between two users and in rooms (docs/protocol.md, "Messages"). Texts
 * stay the sender's bytes all the way.
 *
 * @module
 */
import { HEADER_BYTES, MAX_SENT_PAYLOAD, SERVER_VERSION } from "../frame.ts";
import {
  fromClient,
  fromServer,
  fromServerBody,
  Malformed,
  shownTail,
  tail,
  u32,
  writeShown,
  writeTail,
} from "../layout.ts";
import { SERVER_TYPES } from "../packet_types.ts";
import { encodeRecord, parseRecord } from "../records.ts";
import { decodeText, encodeText } from "../windows1252.ts";
import {
  answerRecord,
  type Person,
  personOf,
  shownName,
  shownNickname,
} from "./pals.ts";

export const imOut = fromClient("IM_OUT", { to: u32, text: tail() });
export const imIn = fromServer("IM_IN", { from: u32, text: shownTail() });

export const roomMessageOut = fromClient("ROOM_MESSAGE_OUT", {
  gid: u32,
  text: tail(),
});
/** A `uid` of 0 marks a line of the server, shown as "Paltalk:". */
export const roomMessageIn = fromServer("ROOM_MESSAGE_IN", {
  gid: u32,
  uid: u32,
  text: shownTail(),
});

export const bannerOut = fromClient("ROOM_BANNER_MESSAGE", {
  gid: u32,
  text: tail(),
});
/** Longer banners overrun a buffer of the client. */
export const MAX_BANNER = 1023;
export const banner = fromServer("ROOM_BANNER", {
  gid: u32,
  uid: u32,
  text: tail(MAX_BANNER),
});

/** Answers REQUEST_USER. Never sent unasked, because it would open a window. */
export const userInfo = fromServerBody<Person>("USER_INFO", {
  read: (from) => personOf(parseRecord(from.rest())),
  write: (to, person) => to.bytes(answerRecord(person)),
});

export interface NewStyleIm extends Person {
  /** Opens the window without asking the user. */
  readonly force: boolean;
  readonly text: Uint8Array;
}

const MSG = encodeText("\nmsg=");

/**
 * A message that carries the sender's name, for the first one from a stranger.
 */
export const newStyleIm = fromServerBody<NewStyleIm>("NEW_STYLE_IM", {
  read(from) {
    const bytes = from.rest();
    const at = indexOf(bytes, MSG);
    if (at < 0) return new Malformed("no msg= line");
    const fields = parseRecord(bytes.subarray(0, at));
    return {
      ...personOf(fields),
      force: fields.get("force") === "Y",
      text: bytes.subarray(at + MSG.length),
    };
  },
  write(to, im) {
    // first and last must have a value: the client copies without a check.
    const head = encodeRecord([
      ["uid", im.uid],
      ["nickname", shownNickname(im.nickname)],
      ["first", shownName(im.first ?? "")],
      ["last", shownName(im.last ?? "")],
      ["force", im.force ? "Y" : ""],
    ]);
    to.bytes(head.subarray(0, head.length - 1));
    to.bytes(MSG);
    writeShown(to, im.text);
  },
});

export interface ProfileMessage {
  readonly from: number;
  /** Number of the sender's pal profile. */
  readonly fromProfile: number;
  readonly to: number;
  readonly toProfile: number;
  readonly text: Uint8Array;
}

const profileMessageFields = {
  from: u32,
  fromProfile: u32,
  to: u32,
  toProfile: u32,
};

/** From one pal profile to another; the receiver gets the same layout. */
export const profileMessageOut = fromClient("PALPROFILE_MESSAGE", {
  ...profileMessageFields,
  text: tail(),
});
/** A limit of ours: how much text the window takes is unknown. */
export const MAX_PROFILE_TEXT = 1500;
/** Opens a window on the client. */
export const profileMessageIn = fromServer("PALPROFILE_IN", {
  ...profileMessageFields,
  text: shownTail(MAX_PROFILE_TEXT),
});
/** Sent by the menu PalProfiles > Get Messages: asks for waiting messages. */
export const getProfileMessages = fromClient("GET_PALPROFILE_MESSAGES", {});

function indexOf(bytes: Uint8Array, wanted: Uint8Array): number {
  for (let at = 0; at + wanted.length <= bytes.length; at++) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}

/**
 * A message box. The client shows markup as plain text, and needs at least one
 * byte.
 */
export const announcement = fromServerBody<{ readonly text: string }>(
  "ANNOUNCEMENT",
  {
    read: (from) => ({ text: decodeText(from.rest()) }),
    write: (to, { text }) => writeTail(to, encodeText(text || " "), 1023),
  },
);

/** The client shows "Welcome Msg:" for it, and "Paltalk:" for uid 0. */
export const WELCOME_UID = 0xfffffffe;

/** Encodes the line that greets a user who joins a room. */
export function welcomeLine(
  gid: number,
  line: string,
): Uint8Array<ArrayBuffer> {
  return roomMessageIn.frame({
    gid,
    uid: WELCOME_UID,
    text: encodeText(line),
  });
}

/** Encodes a line of the server in a room as a frame. */
export function systemLine(
  gid: number,
  line: string,
): Uint8Array<ArrayBuffer> {
  return roomMessageIn.frame({ gid, uid: 0, text: encodeText(line) });
}

/**
 * Encodes ROOM_MESSAGE_IN without a layout, because it is the most frequent
 * packet.
 */
export function roomTextFrame(
  gid: number,
  uid: number,
  text: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const body = text.length === 0
    ? encodeText(" ")
    : text.subarray(0, MAX_SENT_PAYLOAD - 8);
  const frame = new Uint8Array(HEADER_BYTES + 8 + body.length);
  const view = new DataView(frame.buffer);
  view.setInt16(0, SERVER_TYPES.ROOM_MESSAGE_IN.type);
  view.setUint16(2, SERVER_VERSION);
  view.setUint16(4, 8 + body.length);
  view.setUint32(6, gid);
  view.setUint32(10, uid);
  frame.set(body, HEADER_BYTES + 8);
  return frame;
}

/**
 * Generates nearly valid payloads: every client field, with values that have a
 * meaning for the server.
 *
 * @module
 */
import { encodeText } from "../../lib/protocol/windows1252.ts";
import {
  CLIENT_TYPES,
  type ClientTypeName,
} from "../../lib/protocol/packet_types.ts";
import type { Input } from "./corpus.ts";
import type { Random } from "./random.ts";

/** The users and rooms that currently exist. */
export interface Surroundings {
  readonly uids: readonly number[];
  readonly gids: readonly number[];
  readonly nicknames: readonly string[];
}

type Part =
  | "uid"
  | "gid"
  | "flag"
  | "word"
  | "text"
  | "name"
  | "fields"
  | "zero"
  | "category"
  | "rating"
  | "digits";

const U = ["uid"] as const;
const G = ["gid"] as const;
const GU = ["gid", "uid"] as const;
const GF = ["gid", "flag"] as const;
const UP = ["uid", "flag"] as const;

/** Fields of each packet; packets without an entry are empty. */
const LAYOUTS: Partial<Record<ClientTypeName, readonly Part[]>> = {
  IM_OUT: ["uid", "text"],
  USER_PROFILE_UPDATE: ["fields"],
  REMOVE_PAL: U,
  ADD_PAL: U,
  REQUEST_USER: U,
  USER_SEARCH: ["fields"],
  PASSWORD_HINT: ["flag", "text"],
  CLIENT_HELLO: U,
  EMAIL_INVITE: ["fields"],
  ROOM_CREATE: ["flag", "flag", "category", "word", "rating", "text"],
  PRIVATE_INVITE: ["word", "word", "uid"],
  ALERT_ADMIN: ["gid", "uid", "text"],
  ROOM_JOIN: ["gid", "flag", "word", "name"],
  ROOM_JOIN_BY_NAME: ["fields"],
  ROOM_JOIN_AS_ADMIN: ["uid", "word", "word"],
  ROOM_LEAVE: G,
  REFRESH_CATEGORIES: ["word", "word", "word"],
  ROOM_MESSAGE_OUT: ["gid", "text"],
  ROOM_BANNER_MESSAGE: ["gid", "text"],
  TOGGLE_ALL_MICS: GF,
  INVITE_OUT: GU,
  MAKE_ADMIN: GU,
  ROOM_BOUNCE: GU,
  RED_DOT: GU,
  REMOVE_ALL_HANDS: G,
  BOUNCE_REASON: ["gid", "uid", "text"],
  IGNORE_MEMBER: ["gid", "uid", "flag"],
  UNRED_DOT: GU,
  REQ_MIC: G,
  UNREQ_MIC: G,
  SET_PRIVACY: ["rating"],
  XFER_REFUSE: U,
  XFER_ACCEPT: UP,
  XFER_REQUEST: UP,
  CALL_HANGUP: U,
  CALL_ACCEPT: UP,
  CALL_REQUEST: UP,
  CALL_REFUSE: U,
  BLOCK_BUDDY: U,
  UNBLOCK: U,
  AWAY_MODE: ["text"],
  CHANGE_STATUS: ["word"],
  VIDEO_REQUEST: UP,
  VIDEO_REFUSE: U,
  VIDEO_ACCEPT: UP,
  VIDEO_HANGUP: U,
  GET_ADMIN_INFO: G,
  UNBOUNCE: GU,
  BAN: GU,
  UNBAN: GU,
  BAN_BY_NICKNAME: ["gid", "name"],
  RED_DOT_AFFECTS_TEXT: GF,
  RED_DOT_AFFECTS_VIDEO: GF,
  NEW_USERS_MIC: GF,
  ROOM_CLOSE: G,
  LYMERICK: ["uid", "word", "flag"],
  GET_UIN: ["word", "name"],
  LOGIN: ["uid", "digits"],
  PASSWORD_CHANGE_ASK: U,
  PASSWORD_CHANGE: ["uid", "digits"],
  REGISTER: ["fields"],
  ROOM_START_PUBLISH_VIDEO: G,
  ROOM_STOP_PUBLISH_VIDEO: G,
  VIEW_VIDEO: ["uid", "gid"],
  STOP_VIEW_VIDEO: ["uid", "gid"],
};

/** Sent rarely, because many of these would only empty the rooms. */
const SELDOM: readonly string[] = [
  "BYE",
  "ROOM_CLOSE",
  "LOGIN",
  "REGISTER",
  "PASSWORD_CHANGE",
];
const NAMES = Object.keys(CLIENT_TYPES) as ClientTypeName[];
const WORDS = [0, 1, 2, 3, 4, 30, 70, 1234, 30018, 0x82a, 0xffffffff];
const KEYS = [
  "uid",
  "nickname",
  "exnick",
  "email",
  "first",
  "last",
  "name",
  "lock",
  "aff",
  "invis",
  "port",
  "password",
  "referred",
  "sex",
  "age",
  "show_first",
  "get_offers_from_us",
  "origin",
  "admin",
  "=",
];

export function compose(random: Random, around: Surroundings): Input {
  let name = random.pick(NAMES);
  while (SELDOM.includes(name) && !random.oneIn(30)) name = random.pick(NAMES);
  const bytes: number[] = [];
  const parts = LAYOUTS[name] ?? [];
  for (const part of parts) bytes.push(...encode(part, random, around));
  return { type: CLIENT_TYPES[name].type, payload: Uint8Array.from(bytes) };
}

function encode(
  part: Part,
  random: Random,
  around: Surroundings,
): Iterable<number> {
  const u16 = (value: number) => [value >>> 8 & 255, value & 255];
  const u32 = (value: number) => [...u16(value >>> 16), ...u16(value)];
  switch (part) {
    case "uid":
      return u32(
        random.oneIn(12) ? random.pick(WORDS) : random.pick(around.uids),
      );
    case "gid":
      return u32(
        random.oneIn(12) ? random.pick(WORDS) : random.pick(around.gids),
      );
    case "flag":
      return u16(random.oneIn(20) ? random.next() : random.below(7));
    case "word":
      return u32(random.pick(WORDS));
    case "category":
      return u16(random.oneIn(10) ? random.below(7) : 30001 + random.below(29));
    case "rating":
      return encodeText(random.pick(["G", "A", "R", "T", "P", "x"]));
    case "name":
      return encodeText(random.oneIn(4) ? "" : random.pick(around.nicknames));
    case "text":
      return encodeText(someText(random, around));
    case "fields":
      return encodeText(
        Array.from(
          { length: random.below(6) },
          () =>
            `${random.pick(KEYS)}=${
              random.oneIn(3)
                ? random.pick(around.nicknames)
                : someText(random, around)
            }`,
        ).join("\n"),
      );
    case "digits":
      return encodeText(
        Array.from({ length: 4 * random.below(14) }, () => random.below(10))
          .join(""),
      );
    case "zero":
      return [0];
  }
}

const TEXTS = [
  "",
  "hello",
  "/w ",
  "/help",
  "/users",
  "/kick ",
  '<pfont color="#0">',
  "</pfont>",
  "\u00c8",
  "\n",
  "=",
  "\0",
  "BR: ",
  "x".repeat(300),
  "a=b",
  "'; --",
];

function someText(random: Random, around: Surroundings): string {
  let text = "";
  for (let n = random.below(4); n >= 0; n--) {
    text += random.oneIn(4)
      ? `${random.pick(around.nicknames)}: `
      : random.oneIn(5)
      ? String.fromCharCode(random.below(256))
      : random.pick(TEXTS);
  }
  return text;
}

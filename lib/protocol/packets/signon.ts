/**
 * Sign-on (docs/protocol.md, "Sign-on", "User data", "Feedback").
 *
 * @module
 */
import { decodeText, encodeText } from "../windows1252.ts";
import { encodeDigits, SMTP_OFFSET } from "../challenge.ts";
import {
  type Body,
  char,
  fixed,
  fromClient,
  fromClientBody,
  fromServer,
  fromServerBody,
  ipv4,
  tail,
  text,
  u16,
  u32,
  writeTail,
} from "../layout.ts";
import { encodeRecord, type Field, parseRecord } from "../records.ts";
import { CLIENT_TYPES } from "../packet_types.ts";
import { MAX_NICKNAME, shownNickname } from "./pals.ts";

/**
 * The first packet of every connection. `uid` is 0 when it is unknown or
 * missing.
 */
export const clientHello = fromClient("CLIENT_HELLO", {
  // An incomplete uid identifies nobody; such a client still waits for HELLO.
  uid: { ...u32, read: (from) => from.left < 4 ? 0 : u32.read(from) },
});

/** Asks for the uid of a nickname, on a separate short connection. */
export const getUin = fromClient("GET_UIN", {
  one: fixed(u32, 1),
  nickname: text(127),
});

export interface Lymerick {
  readonly uid: number;
  /** This installation has never signed on before. */
  readonly firstRun: boolean;
  /** The long form: 32 encoded digits of the disk's serial number. */
  readonly serial?: string;
}

const LONG_FORM = 2;
const SERIAL_VERSION = 30;
const SERIAL_DIGITS = 32;

/**
 * Announces the account that is about to sign on; Gaim's plugin sends the long
 * form.
 */
export const lymerick = fromClientBody<Lymerick>("LYMERICK", {
  read(from) {
    // Too short for a uid: LOGIN will name the account.
    if (from.left < 4) return { uid: 0, firstRun: false };
    const uid = from.u32();
    if (from.left < 6) return { uid, firstRun: false };
    const one = from.u32();
    const form = from.u16();
    const isLong = one === 1 && form === LONG_FORM &&
      from.left === 4 + SERIAL_DIGITS && from.u32() === SERIAL_VERSION;
    const rest = decodeText(from.rest());
    return {
      uid,
      firstRun: form === 1,
      ...(isLong && { serial: rest }),
    };
  },
  write(to, { uid, firstRun, serial }) {
    to.u32(uid);
    to.u32(1);
    if (serial === undefined) {
      to.u16(firstRun ? 1 : 0);
      return;
    }
    to.u16(LONG_FORM);
    to.u32(SERIAL_VERSION);
    to.bytes(encodeText(serial));
  },
});

export interface Login {
  readonly uid: number;
  /** Four digits for each character of the password. */
  readonly digits: string;
}

/** The encoded password. Later clients add a newline and their address. */
export const login = fromClientBody<Login>("LOGIN", {
  read(from) {
    const uid = from.u32();
    const line = decodeText(from.rest());
    const end = line.indexOf("\n");
    return { uid, digits: end < 0 ? line : line.slice(0, end) };
  },
  write(to, { uid, digits }) {
    to.u32(uid);
    to.bytes(encodeText(digits));
  },
});

export const bye = fromClient("BYE", {});
export const keepalive = fromClient("KEEPALIVE", {});

export const HELLO_TEXT = "Hello-From:PaLTALK";
export const hello = fromServer("HELLO", { text: text(2047) });

/** Allowed only as the answer to CLIENT_HELLO. */
export const redirect = fromServer("REDIRECT", { address: ipv4, port: u16 });

export const loginNotComplete = fromServer("LOGIN_NOT_COMPLETE", {});

/** Exactly 16 bytes; the digits at 4..6 are the key's number. */
export const serverKey = fromServer("SERVER_KEY", { key: tail(16) });

/** Longer values together could overflow the client's 2048 bytes. */
function short(value: string): string {
  return value.slice(0, 160);
}

/** A `uid` of 0 means no such user; -2 (`ambiguous`) means more than one. */
export interface UinResponse {
  readonly uid: number;
  readonly nickname: string;
  readonly first?: string;
  readonly last?: string;
  readonly email?: string;
}

export const uinResponse = fromServerBody<UinResponse>("UIN_RESPONSE", {
  read(from) {
    const fields = parseRecord(from.rest());
    return {
      uid: Number(fields.get("uid") ?? 0),
      nickname: fields.get("nickname") ?? "",
      ...(fields.has("first") && { first: fields.get("first")! }),
      ...(fields.has("last") && { last: fields.get("last")! }),
      ...(fields.has("email") && { email: fields.get("email")! }),
    };
  },
  write(to, user) {
    to.bytes(encodeRecord([
      ["uid", user.uid],
      ["nickname", user.nickname.slice(0, MAX_NICKNAME)],
      ["first", short(user.first ?? "")],
      ["last", short(user.last ?? "")],
      ["email", short(user.email ?? "")],
    ]));
  },
});

/** The longest text that fits the client's buffer for a refusal. */
export const MAX_FEEDBACK_TEXT = 511;

export interface Feedback {
  /** The packet type that this answers. */
  readonly to: number;
  /** 0 for success; any other code is a refusal, and the text is shown. */
  readonly code: number;
  /**
   * Only present in a refusal: after a success the client would not read it.
   */
  readonly text: string;
}

export const feedback = fromServerBody<Feedback>("FEEDBACK", {
  read: (from) => ({
    to: from.i16(),
    code: from.i16(),
    text: decodeText(from.rest()),
  }),
  write(to, answer) {
    to.u16(answer.to);
    to.u16(answer.code);
    if (answer.code === 0) return;
    writeTail(to, encodeText(answer.text), MAX_FEEDBACK_TEXT);
  },
});

/**
 * Encodes a refusal of a client's packet, with the sentence that the user
 * reads.
 */
export function refusal(
  to: keyof typeof CLIENT_TYPES,
  sentence: string,
): Uint8Array<ArrayBuffer> {
  return feedback.frame({
    to: CLIENT_TYPES[to].type,
    code: 1,
    text: sentence,
  });
}

/** Encodes a success: exactly four bytes. */
export function accepted(
  to: keyof typeof CLIENT_TYPES,
): Uint8Array<ArrayBuffer> {
  return feedback.frame({ to: CLIENT_TYPES[to].type, code: 0, text: "" });
}

/** Another form of success, from older documents. */
export const loginReply = fromServer("LOGIN_REPLY", {
  uid: u32,
  success: u32,
});

/**
 * Ends the logon screen. The client never reads the payload, so it must be
 * empty.
 */
export const loginComplete = fromServer("LOGIN_UNKNOWN", {});

export interface UserData {
  readonly uid: number;
  readonly nickname: string;
  readonly paid: string;
  /** Permission level 0..3; above 0 the client shows the staff's menus. */
  readonly admin: number;
  readonly sup: number;
  readonly first: string;
  readonly last: string;
  readonly email: string;
  readonly privacy: string;
  readonly offersFromUs: boolean;
  readonly offersFromAffiliates: boolean;
  /** `ph=`: "N" opens a dialog that asks for a password hint. */
  readonly ph: "0" | "N" | "Y";
}

/**
 * A category number that no room may have, because its buttons would not work.
 */
export const INSTANT_CATEGORY = 6;

// The client decodes smtp= and splits it at three colons, and crashes if it
// cannot; the value only has to have that form (docs/protocol.md, "User data").
const SMTP = encodeDigits(
  encodeText("smtp.invalid:25:user:pass"),
  SMTP_OFFSET,
  2,
);

function userDataFields(user: UserData): Field[] {
  return [
    ["uid", user.uid],
    ["nickname", shownNickname(user.nickname)],
    ["paid1", user.paid.slice(0, 1) || "N"],
    ["banners", "no"],
    ["random", "Y"],
    ["smtp", SMTP],
    ["admin", user.admin],
    ...(user.sup > 0 ? [["sup", user.sup] as const] : []),
    ["ph", user.ph],
    ["get_offers_from_us", user.offersFromUs ? "Y" : "N"],
    ["get_offers_from_affiliates", user.offersFromAffiliates ? "Y" : "N"],
    ["first", short(user.first)],
    ["last", short(user.last)],
    ["email", short(user.email)],
    ["privacy", user.privacy.slice(0, 1) || "A"],
    ["verified", "Y"],
    ["insta", INSTANT_CATEGORY],
    ["pub", 200],
    ["vad", 4],
  ];
}

function readPh(value: string): UserData["ph"] {
  return value === "N" || value === "Y" ? value : "0";
}

/**
 * The client finds each key by searching the text from its start, so no value
 * may contain "key=": values never contain `=`.
 */
const userDataBody: Body<UserData> = {
  read(from) {
    const fields = parseRecord(from.rest());
    const get = (key: string) => fields.get(key) ?? "";
    return {
      uid: Number(get("uid")),
      nickname: get("nickname"),
      paid: get("paid1") === "N" ? "" : get("paid1"),
      admin: Number(get("admin")),
      sup: Number(get("sup")),
      first: get("first"),
      last: get("last"),
      email: get("email"),
      privacy: get("privacy"),
      offersFromUs: get("get_offers_from_us") === "Y",
      offersFromAffiliates: get("get_offers_from_affiliates") === "Y",
      ph: readPh(get("ph")),
    };
  },
  write(to, user) {
    to.bytes(encodeRecord(userDataFields(user), { keepEmpty: true }));
  },
};

export const userData = fromServerBody("USER_DATA", userDataBody);

/** One character A, T or P. */
export const setPrivacy = fromClient("SET_PRIVACY", { privacy: char });

/**
 * What breaks the real client, as rules about the bytes of each packet that a
 * server may send (docs/protocol.md, "What breaks the client").
 *
 * The rules look at raw bytes and share no code with the encoders, so they can
 * judge them: property tests hold every encoder against them, and our own
 * client holds every frame that it receives.
 *
 * @module
 */
import {
  all,
  exactly,
  i16,
  list,
  NAME_BUFFER,
  record,
  recordFault,
  type RecordShape,
  roomFirst,
  type Rule,
  SEPARATOR,
  sized,
  STACK_BUFFER,
  u32,
} from "./hazard_rules.ts";
import { decodeDigits, SMTP_OFFSET } from "./challenge.ts";
import { MAX_SENT_PAYLOAD } from "./frame.ts";
import {
  CLIENT_TYPES,
  type PacketType,
  SERVER_TYPES,
  type ServerTypeName,
} from "./packet_types.ts";
import { decodeText } from "./windows1252.ts";

const NICKNAME = { nickname: 128, display: 128 };
const person: RecordShape = {
  needed: ["uid", "nickname"],
  below: NICKNAME,
  check: (fields) =>
    fields.get("uid") === "1" ? "uid 1 turns staff mode on" : undefined,
};

/** Nine decimal digits rrrgggbbb, each three at most 255. */
function isColor(text: string): boolean {
  return /^\d{9}$/.test(text) &&
    [0, 3, 6].every((at) => Number(text.slice(at, at + 3)) <= 255);
}

function isRoomNumber(text: string | undefined): boolean {
  return text !== undefined && /^\d{1,5}$/.test(text) && Number(text) >= 1 &&
    Number(text) <= 0xffff;
}

const members = list(1000, {
  needed: ["group_id", "uid", "nickname"],
  full: true,
  below: NICKNAME,
  check(fields) {
    if (!isRoomNumber(fields.get("group_id"))) return "no room number";
    const color = fields.get("color");
    return color === undefined || isColor(color) ? undefined : "bad color=";
  },
});

const roomRecord: RecordShape = {
  needed: ["id", "nm", "#", "v", "l", "r"],
  below: { nm: NAME_BUFFER, r: 2 },
  check(fields) {
    if (!isRoomNumber(fields.get("id"))) return "no room number";
    if (Number(fields.get("#")) > 1023) return "more members than 10 bits";
    const color = fields.get("c");
    return color === undefined || isColor(color) ? undefined : "bad c=";
  },
};

const roomList: Rule = (payload) => {
  const head = payload.indexOf(SEPARATOR);
  if (head < 0 || !/^catg=\d+\n$/.test(decodeText(payload.subarray(0, head)))) {
    return "no catg= record in front";
  }
  return list(799, roomRecord)(payload.subarray(head + 1));
};

const feedback: Rule = (payload) => {
  if (payload.length < 4) return `${payload.length} bytes instead of 4`;
  const code = i16(payload, 2);
  if (code !== 0) {
    return payload.length - 4 < 512 ? undefined : "text of 512 bytes or more";
  }
  const { ROOM_JOIN, ROOM_JOIN_BY_NAME, ADD_PAL } = CLIENT_TYPES;
  const bare = [ROOM_JOIN, ROOM_JOIN_BY_NAME, ADD_PAL]
    .some(({ type }) => type === i16(payload, 0));
  return bare && payload.length > 4 ? "bytes after a bare yes" : undefined;
};

/** The client searches the whole payload for each key as text. */
const userData: Rule = (payload) => {
  const text = decodeText(payload);
  const value = (key: string) => {
    const at = text.indexOf(`${key}=`);
    if (at < 0) return undefined;
    const from = at + key.length + 1;
    const end = text.indexOf("\n", from);
    return end < 0 ? undefined : text.slice(from, end);
  };
  for (
    const key of [
      "get_offers_from_us",
      "get_offers_from_affiliates",
      "privacy",
      "random",
      "uid",
      "nickname",
    ]
  ) if (!value(key)) return `no ${key}=`;
  const smtp = decodeDigits(value("smtp") ?? "-", SMTP_OFFSET, 2);
  if (smtp === undefined) return "smtp= cannot be decoded";
  if (decodeText(smtp).split(":").length < 4) {
    return "smtp= has no three colons";
  }
  if (text.includes("vad=") && value("vad") === undefined) return "open vad=";
  if (text.includes("emc=")) return "emc= opens a dialog";
  return recordFault(text, { needed: [], below: NICKNAME });
};

const serverKey = all(
  exactly(16),
  (payload) =>
    /^\d{3}$/.test(decodeText(payload.subarray(4, 7)))
      ? undefined
      : "no number at bytes 4 to 6",
);

/**
 * Checks the `uid,nickname` lines after `key=`, which must itself be present.
 */
function outcastsFault(text: string, key: string): string | undefined {
  const at = text.indexOf(`${key}=`);
  if (at < 0) return `no ${key}=`;
  const lines = text.slice(at + key.length + 1).split("\n");
  if (lines.pop() !== "") return `${key}= has no end`;
  for (const line of lines) {
    if (line === "" && lines.length === 1) return undefined;
    if (!/^\d+,[^,\0\r]{1,63}$/.test(line)) return `entry "${line}" of ${key}=`;
  }
  return undefined;
}

const roomAdminInfo: Rule = (payload) => {
  const [first = "", second, ...more] = decodeText(payload)
    .split(String.fromCharCode(SEPARATOR));
  if (second === undefined) return "no C8 part";
  if (more.length > 0) return "more than one C8";
  if (
    !/^group=\d+\nmike=[01]\ntext=[01]\nvideo=[01]\nbounce=/.test(first)
  ) return "group, mike, text, video and bounce wanted";
  return outcastsFault(first, "bounce") ?? outcastsFault(second, "ban");
};

const offer = all(
  sized(0, STACK_BUFFER),
  record({
    needed: ["uid", "ip", "port", "first", "last", "nickname"],
    full: true,
    below: NICKNAME,
    check: (fields) =>
      /^\d{1,10}$/.test(fields.get("ip")!) &&
        Number(fields.get("ip")) <= 0xffffffff
        ? undefined
        : "ip= is no decimal number of 32 bits",
  }),
);

const adRotation = all(
  exactly(3),
  (payload) =>
    /[CG]/.test(decodeText(payload.subarray(2)))
      ? undefined
      : "neither C nor G",
);

const newStyleIm: Rule = (payload) => {
  const at = decodeText(payload).indexOf("\nmsg=");
  if (at < 0) return "no msg= line";
  if (at + "\nmsg=".length === payload.length) return "an empty message";
  return record({
    needed: ["uid", "nickname", "first", "last"],
    full: true,
    below: NICKNAME,
  })(payload.subarray(0, at + 1));
};

const invite = all(
  sized(0, 1024),
  record({
    needed: ["group_id", "group_name", "uid", "nickname", "first", "last"],
    full: true,
    below: { ...NICKNAME, group_name: NAME_BUFFER },
    check: (fields) =>
      isRoomNumber(fields.get("group_id")) ? undefined : "no room number",
  }),
);

/** uid, ip, port */
const address = exactly(10);

/** gid, ip, port: where a publisher sends pictures. */
const publishTo = all(
  exactly(10),
  roomFirst,
  (payload) =>
    u32(payload, 4) === 0 || i16(payload, 8) === 0
      ? "no address to send pictures to"
      : undefined,
);

/** uid, gid, an odd flag, ip, port: where a viewer fetches pictures. */
const viewFrom = all(
  exactly(18),
  (payload) => roomFirst(payload.subarray(4)),
  (payload) => {
    if (u32(payload, 8) % 2 === 0) return "an even flag: no picture is fetched";
    const port = i16(payload, 16);
    // The client rounds the port down to a multiple of each and compares the
    // two.
    return port % 19 === port % 23
      ? `port ${port & 0xffff}: no picture is fetched`
      : undefined;
  },
);

const roomAndUser = all(exactly(8), roomFirst);
const gap = (below: number) => sized(0, below);

const RULES: Partial<Record<ServerTypeName, Rule>> = {
  HELLO: gap(STACK_BUFFER),
  REDIRECT: exactly(6),
  LOGIN_NOT_COMPLETE: exactly(0),
  SERVER_KEY: serverKey,
  LOGIN_REPLY: exactly(8),
  FEEDBACK: feedback,
  UIN_RESPONSE: all(
    gap(STACK_BUFFER),
    record({ needed: ["uid"], below: NICKNAME }),
  ),
  USER_DATA: all(gap(STACK_BUFFER), userData),
  LOGIN_UNKNOWN: exactly(0),
  BUDDY_LIST: list(800, person),
  USER_INFO: record(person),
  SEARCH_RESPONSE: list(200, person),
  SEARCH_ERROR: gap(1024),
  // Gaim crashes on a text of no bytes; for 5.0 nothing shows that it is safe.
  PALPROFILE_IN: sized(17, STACK_BUFFER),
  IM_IN: sized(5, MAX_SENT_PAYLOAD + 1),
  ANNOUNCEMENT: sized(1, 1024),
  MAINTENANCE_KICK: gap(1024),
  FUTURE_USER_STATUS: list(200, { needed: ["email", "status"] }),
  ROOM_JOINED: all(sized(23, 22 + NAME_BUFFER + 1), roomFirst),
  ROOM_USER_JOINED: members,
  ROOM_VIDEO: all(exactly(10), roomFirst),
  ROOM_MEDIA_SERVER: all(exactly(16), roomFirst),
  ROOM_USER_LEFT: roomAndUser,
  CATEGORY_COUNT: list(1000, { needed: ["id", "#"] }),
  ROOM_LIST: roomList,
  AFFILIATE_LIST: list(800, { needed: ["id", "nm"] }),
  AFFILIATE_ROOMS: list(800, { needed: [] }),
  ROOM_USER_LIST: members,
  ROOM_MESSAGE_IN: all(sized(9, MAX_SENT_PAYLOAD + 1), roomFirst),
  ROOM_BANNER: all(sized(8, 8 + 1024), roomFirst),
  MICS_TOGGLED: all(exactly(10), roomFirst),
  INVITE_IN: invite,
  MADE_ADMIN: all(exactly(4), roomFirst),
  MEMBER_ADMIN: all(exactly(10), roomFirst),
  ROOM_CLOSED: all(sized(8, 8 + 1024), roomFirst),
  RED_DOT_ON: roomAndUser,
  RED_DOT_OFF: roomAndUser,
  HAND_UP: roomAndUser,
  HAND_DOWN: roomAndUser,
  STATUS_CHANGE: exactly(8),
  // The client's table has 128 entries in all.
  CATEGORY_LIST: list(129, {
    needed: ["code", "value", "list"],
    below: { value: NAME_BUFFER },
    check: (fields) =>
      isRoomNumber(fields.get("code")) ? undefined : "no 16-bit code",
  }),
  XFER_REFUSED: exactly(4),
  XFER_ACCEPTED: address,
  XFER_OFFER: offer,
  CALL_ENDED: exactly(4),
  CALL_ACCEPTED: address,
  CALL_OFFER: offer,
  BLOCK_RESULT: sized(6, 6 + 512),
  BLOCKED_BUDDIES: list(500, person),
  NEW_STYLE_IM: newStyleIm,
  AD_ROTATION: adRotation,
  VIDEO_OFFER: offer,
  VIDEO_REFUSED: exactly(4),
  VIDEO_ACCEPTED: address,
  VIDEO_ENDED: exactly(4),
  VIDEO_PUBLISH_TO: publishTo,
  // The client never reads the payload.
  VIDEO_PAUSE: exactly(0),
  VIDEO_VIEW_FROM: viewFrom,
  VIDEO_UNUSED: exactly(4),
  ROOM_ADMIN_INFO: roomAdminInfo,
  SERVER_ERROR: gap(1024),
  PASSWORD_RESET_OFFSET: sized(7, 13),
  PONG: exactly(0),
  ANSWER_1500: exactly(0),
  ANSWER_2600: exactly(0),
  ANSWER_2800: exactly(0),
  FILE_XFER_ERROR: sized(8, STACK_BUFFER),
};

/** Types that the client treats as another type. */
const SYNONYMS: ReadonlyMap<number, number> = new Map([
  [117, SERVER_TYPES.HELLO.type],
  [-79, SERVER_TYPES.SERVER_KEY.type],
  [39, SERVER_TYPES.ANNOUNCEMENT.type],
]);

const BY_TYPE: ReadonlyMap<number, Rule> = new Map(
  Object.entries(SERVER_TYPES).map(([name, entry]) => {
    const { type, never }: PacketType = entry;
    const rule = never
      ? () => `${name} must never be sent`
      : RULES[name as ServerTypeName];
    if (rule === undefined) throw new TypeError(`No rule for ${name}`);
    return [type, rule];
  }),
);

/**
 * Returns why this payload of this type would crash, hang, desynchronize or
 * confuse the real client, or undefined when it is safe.
 */
export function hazardIn(
  type: number,
  payload: Uint8Array,
): string | undefined {
  if (payload.length > MAX_SENT_PAYLOAD) {
    return `${payload.length} bytes are negative to the client`;
  }
  const rule = BY_TYPE.get(SYNONYMS.get(type) ?? type);
  if (rule !== undefined) return rule(payload);
  return payload.length < STACK_BUFFER
    ? undefined
    : `${payload.length} bytes of an unknown type`;
}

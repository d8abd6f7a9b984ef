/**
 * The rules of the payloads that need more than a length: what the real client
 * looks for in their records, and where it fails.
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
import { CLIENT_TYPES } from "./packet_types.ts";
import { decodeText } from "./windows1252.ts";

export const NICKNAME = { nickname: 128, display: 128 };
export const person: RecordShape = {
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

export const members = list(1000, {
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

export const roomList: Rule = (payload) => {
  const head = payload.indexOf(SEPARATOR);
  if (head < 0 || !/^catg=\d+\n$/.test(decodeText(payload.subarray(0, head)))) {
    return "no catg= record in front";
  }
  return list(799, roomRecord)(payload.subarray(head + 1));
};

export const feedback: Rule = (payload) => {
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
export const userData: Rule = (payload) => {
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

export const serverKey = all(
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

export const roomAdminInfo: Rule = (payload) => {
  const [first = "", second, ...more] = decodeText(payload)
    .split(String.fromCharCode(SEPARATOR));
  if (second === undefined) return "no C8 part";
  if (more.length > 0) return "more than one C8";
  if (
    !/^group=\d+\nmike=[01]\ntext=[01]\nvideo=[01]\nbounce=/.test(first)
  ) return "group, mike, text, video and bounce wanted";
  return outcastsFault(first, "bounce") ?? outcastsFault(second, "ban");
};

export const offer = all(
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

export const adRotation = all(
  exactly(3),
  (payload) =>
    /[CG]/.test(decodeText(payload.subarray(2)))
      ? undefined
      : "neither C nor G",
);

export const newStyleIm: Rule = (payload) => {
  const at = decodeText(payload).indexOf("\nmsg=");
  if (at < 0) return "no msg= line";
  if (at + "\nmsg=".length === payload.length) return "an empty message";
  return record({
    needed: ["uid", "nickname", "first", "last"],
    full: true,
    below: NICKNAME,
  })(payload.subarray(0, at + 1));
};

export const invite = all(
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
export const address = exactly(10);

/** gid, ip, port: where a publisher sends pictures. */
export const publishTo = all(
  exactly(10),
  roomFirst,
  (payload) =>
    u32(payload, 4) === 0 || i16(payload, 8) === 0
      ? "no address to send pictures to"
      : undefined,
);

/** uid, gid, an odd flag, ip, port: where a viewer fetches pictures. */
export const viewFrom = all(
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

/** The client's table has 128 entries in all. */
export const categoryList = list(129, {
  needed: ["code", "value", "list"],
  below: { value: NAME_BUFFER },
  check: (fields) =>
    isRoomNumber(fields.get("code")) ? undefined : "no 16-bit code",
});

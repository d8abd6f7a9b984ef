/**
 * Moderation by room admins: bounce, ban, switches, the console
 * (docs/protocol.md, "Moderation").
 *
 * @module
 */
import {
  flag,
  fromClient,
  fromServer,
  fromServerBody,
  Malformed,
  text,
  u32,
} from "../layout.ts";
import { MAX_SENT_PAYLOAD } from "../frame.ts";
import { cleanValue, parseRecord, SEPARATOR } from "../records.ts";
import { decodeText, encodeText } from "../windows1252.ts";

const roomAndUser = { gid: u32, uid: u32 };
const roomAndSwitch = { gid: u32, on: flag };

export const roomBounce = fromClient("ROOM_BOUNCE", roomAndUser);
/** Sent just before its ROOM_BOUNCE; the text begins with "BR: ". */
export const bounceReason = fromClient("BOUNCE_REASON", {
  ...roomAndUser,
  text: text(),
});
/** A `uid` of FFFFFFFF clears the list. */
export const unbounce = fromClient("UNBOUNCE", roomAndUser);
export const ban = fromClient("BAN", roomAndUser);
/** A `uid` of FFFFFFFF clears the list. */
export const unban = fromClient("UNBAN", roomAndUser);
export const banByNickname = fromClient("BAN_BY_NICKNAME", {
  gid: u32,
  nickname: text(),
});
export const makeAdmin = fromClient("MAKE_ADMIN", roomAndUser);
export const redDotAffectsText = fromClient(
  "RED_DOT_AFFECTS_TEXT",
  roomAndSwitch,
);
export const redDotAffectsVideo = fromClient(
  "RED_DOT_AFFECTS_VIDEO",
  roomAndSwitch,
);
export const newUsersMic = fromClient("NEW_USERS_MIC", roomAndSwitch);
export const getAdminInfo = fromClient("GET_ADMIN_INFO", { gid: u32 });
export const roomAdminInfoOld = fromClient("ROOM_ADMIN_INFO_OLD", {
  gid: u32,
});
/** A `uid` of 0 means nobody in particular. */
export const alertAdmin = fromClient("ALERT_ADMIN", {
  ...roomAndUser,
  reason: text(),
});

export const madeAdmin = fromServer("MADE_ADMIN", { gid: u32 });
export const memberAdmin = fromServer("MEMBER_ADMIN", {
  ...roomAndUser,
  on: flag,
});

/** An entry of the console's lists of bounced and banned users. */
export interface Outcast {
  readonly uid: number;
  readonly nickname: string;
}

export interface RoomAdminInfo {
  readonly gid: number;
  readonly newUsersMic: boolean;
  readonly redDotText: boolean;
  readonly redDotVideo: boolean;
  readonly bounced: readonly Outcast[];
  readonly banned: readonly Outcast[];
}

/** The client's console copies a nickname into 64 bytes. */
const MAX_CONSOLE_NICKNAME = 63;
/** Few enough that both lists always fit one packet. */
const MAX_OUTCASTS = 200;

/**
 * Encodes one list. `bounce=` and `ban=` must be present even when empty, and
 * each entry needs its comma, or the client crashes.
 */
function outcasts(key: string, list: readonly Outcast[]): string {
  const lines = list.slice(-MAX_OUTCASTS).map(({ uid, nickname }) => {
    const name = cleanValue(nickname).replaceAll(",", ".")
      .slice(0, MAX_CONSOLE_NICKNAME);
    return `${uid},${name || "-"}\n`;
  });
  return `${key}=${lines.join("") || "\n"}`;
}

function parseOutcasts(text: string, key: string): Outcast[] {
  const start = text.indexOf(`${key}=`);
  if (start < 0) return [];
  return text.slice(start + key.length + 1).split("\n").flatMap((line) => {
    const [uid, nickname] = line.split(",");
    return uid && nickname ? [{ uid: Number(uid), nickname }] : [];
  });
}

export const roomAdminInfo = fromServerBody<RoomAdminInfo>("ROOM_ADMIN_INFO", {
  read(from) {
    const bytes = from.rest();
    const split = bytes.indexOf(SEPARATOR);
    if (split < 0) return new Malformed("no second part");
    const fields = parseRecord(bytes.subarray(0, split));
    const on = (key: string) => fields.get(key) === "1";
    return {
      gid: Number(fields.get("group")),
      newUsersMic: on("mike"),
      redDotText: on("text"),
      redDotVideo: on("video"),
      bounced: parseOutcasts(decodeText(bytes.subarray(0, split)), "bounce"),
      banned: parseOutcasts(decodeText(bytes.subarray(split + 1)), "ban"),
    };
  },
  write(to, info) {
    const digit = (on: boolean) => on ? 1 : 0;
    const head = `group=${info.gid}\nmike=${digit(info.newUsersMic)}\n` +
      `text=${digit(info.redDotText)}\nvideo=${digit(info.redDotVideo)}\n`;
    const first = encodeText(head + outcasts("bounce", info.bounced));
    const second = encodeText(outcasts("ban", info.banned));
    to.bytes(first.subarray(0, MAX_SENT_PAYLOAD / 2));
    to.u8(SEPARATOR);
    to.bytes(second.subarray(0, MAX_SENT_PAYLOAD / 2 - 1));
  },
});

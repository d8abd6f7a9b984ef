/**
 * The members of a room as its lists show them (docs/protocol.md, "Rooms").
 *
 * @module
 */
import { concat } from "../bytes.ts";
import { encodeFrame } from "../frame.ts";
import { fromServerBody, type Packet } from "../layout.ts";
import { SERVER_TYPES } from "../packet_types.ts";
import {
  encodeList,
  encodeLists,
  encodeRecord,
  parseList,
} from "../records.ts";
import { shownNickname } from "./pals.ts";

/** A member as lists show them; empty values never get on the wire. */
export interface MemberEntry {
  readonly gid: number;
  readonly uid: number;
  readonly nickname: string;
  readonly admin: boolean;
  readonly color: string;
  readonly mic: boolean;
  readonly publishing: boolean;
  readonly away: boolean;
  /** Order of the raised hand, 0 when down. */
  readonly hand: number;
}

/** What the client takes any other color for. */
const BLACK = "000000000";

/** Nine digits rrrgggbbb, each three at most 255. */
export function isColor(color: string): boolean {
  return /^((1\d|0\d|2[0-4])\d|25[0-5]){3}$/.test(color);
}

/**
 * What was made of an entry already: everybody who joins gets the records of
 * all, and most of them have not changed.
 */
const memberRecords = new WeakMap<MemberEntry, Uint8Array>();

function memberRecord(member: MemberEntry): Uint8Array {
  let record = memberRecords.get(member);
  if (record === undefined) {
    record = encodeMember(member);
    memberRecords.set(member, record);
  }
  return record;
}

function encodeMember(member: MemberEntry): Uint8Array<ArrayBuffer> {
  return encodeRecord([
    // group_id stays first: Gaim takes the first line for it.
    ["group_id", member.gid],
    ["uid", member.uid],
    ["nickname", shownNickname(member.nickname)],
    ["admin", member.admin ? 1 : 0],
    ["color", isColor(member.color) ? member.color : BLACK],
    ["mic", member.mic ? 1 : 0],
    ["pub", member.publishing ? "Y" : "N"],
    ["away", member.away ? 1 : 0],
    ...(member.hand > 0 ? [["req", member.hand] as const] : []),
  ]);
}

function memberOf(fields: ReadonlyMap<string, string>): MemberEntry {
  const number = (key: string) => Number(fields.get(key) ?? 0);
  return {
    gid: number("group_id"),
    uid: number("uid"),
    nickname: fields.get("nickname") ?? "",
    admin: number("admin") !== 0,
    color: fields.get("color") ?? BLACK,
    mic: number("mic") !== 0,
    publishing: fields.get("pub") === "Y",
    away: number("away") !== 0,
    hand: number("req"),
  };
}

/** The client's table has 1000 places for one packet. */
const MEMBER_LIMITS = { records: 999 };

function memberPacket(
  name: "ROOM_USER_LIST" | "ROOM_USER_JOINED",
): Packet<readonly MemberEntry[]> {
  return fromServerBody<readonly MemberEntry[]>(name, {
    read: (from) => parseList(from.rest()).map(memberOf),
    write: (to, members) =>
      to.bytes(encodeList(members.map(memberRecord), MEMBER_LIMITS)),
  });
}

export const roomUserList = memberPacket("ROOM_USER_LIST");
export const roomUserJoined = memberPacket("ROOM_USER_JOINED");

/** The whole list in as many packets as it takes; the client adds them up. */
export function roomUserListFrames(
  members: readonly MemberEntry[],
): Uint8Array<ArrayBuffer> {
  const payloads = encodeLists(members.map(memberRecord), MEMBER_LIMITS);
  const type = SERVER_TYPES.ROOM_USER_LIST.type;
  return concat(payloads.map((payload) => encodeFrame(type, payload)));
}

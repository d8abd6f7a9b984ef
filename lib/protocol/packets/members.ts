/**
 * The members of a room as the client's lists show them (docs/protocol.md,
 * "Rooms").
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

/** A member as lists show them; empty values are never sent. */
export interface MemberEntry {
  readonly gid: number;
  readonly uid: number;
  readonly nickname: string;
  readonly admin: boolean;
  readonly color: string;
  readonly mic: boolean;
  readonly publishing: boolean;
  readonly away: boolean;
  /** Position in the queue of raised hands; 0 when the hand is down. */
  readonly hand: number;
}

/** The client shows every other color as black. */
const BLACK = "000000000";

/** Nine digits rrrgggbbb, each three at most 255. */
export function isColor(color: string): boolean {
  return /^((1\d|0\d|2[0-4])\d|25[0-5]){3}$/.test(color);
}

/**
 * Records encoded earlier: each user who joins gets the records of all members,
 * and most of them have not changed.
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
    // group_id stays first: Gaim reads the first line as the room.
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

/** The client's table has 1000 entries for one packet. */
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

/**
 * Encodes the whole list in as many packets as needed; the client merges them.
 */
export function roomUserListFrames(
  members: readonly MemberEntry[],
): Uint8Array<ArrayBuffer> {
  const payloads = encodeLists(members.map(memberRecord), MEMBER_LIMITS);
  const type = SERVER_TYPES.ROOM_USER_LIST.type;
  return concat(payloads.map((payload) => encodeFrame(type, payload)));
}

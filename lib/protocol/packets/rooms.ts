/**
 * Rooms: joining, leaving, creating, the banner and the media server
 * (docs/protocol.md, "Rooms", "Voice", "Invitations").
 *
 * @module
 */
import {
  char,
  fixed,
  flag,
  fromClient,
  fromClientBody,
  fromServer,
  fromServerBody,
  ipv4,
  Malformed,
  optional,
  text,
  u16,
  u32,
} from "../layout.ts";
import { CLIENT_TYPES } from "../packet_types.ts";
import { encodeRecord, parseRecord } from "../records.ts";
import { decodeText, encodeText } from "../windows1252.ts";
import { shownName, shownNickname } from "./pals.ts";

/** What the client writes in place of a port. */
export const CLIENT_PORT = 0x082a;
const port = fixed(u32, CLIENT_PORT);

export interface RoomJoin {
  readonly gid: number;
  readonly invisible: boolean;
  /** Empty when the client sent none. */
  readonly lockword: string;
}

/** Removes the padding that some clients put around a lockword. */
function trimLockword(word: string): string {
  return word.replace(/[\0\n\r]+$/, "");
}

export const roomJoin = fromClientBody<RoomJoin>("ROOM_JOIN", {
  read(from) {
    const gid = from.u32();
    // Shorter forms are joins too: some clients send only the room's number.
    const invisible = from.left >= 2 && from.u16() !== 0;
    if (from.left >= 4) from.u32();
    return { gid, invisible, lockword: trimLockword(decodeText(from.rest())) };
  },
  write(to, { gid, invisible, lockword }) {
    to.u32(gid);
    to.u16(invisible ? 1 : 0);
    to.u32(CLIENT_PORT);
    to.bytes(encodeText(lockword));
  },
});

export interface RoomJoinByName {
  readonly affiliate: number;
  readonly name: string;
  readonly invisible: boolean;
  readonly lockword: string;
}

export const roomJoinByName = fromClientBody<RoomJoinByName>(
  "ROOM_JOIN_BY_NAME",
  {
    read(from) {
      const fields = parseRecord(from.rest());
      const name = fields.get("name");
      if (!name) return new Malformed("no name= line");
      return {
        affiliate: Number(fields.get("aff") ?? 0) || 0,
        name,
        invisible: Number(fields.get("invis") ?? 0) === 1,
        lockword: trimLockword(fields.get("lock") ?? ""),
      };
    },
    write: (to, join) =>
      to.bytes(encodeRecord([
        ["aff", join.affiliate],
        ["name", join.name],
        ["invis", join.invisible ? 1 : 0],
        ["port", CLIENT_PORT],
        ["lock", join.lockword],
      ], { keepEmpty: true })),
  },
);

/** `owner` is the room's owner; `code` is its numeric admin code. */
export const roomJoinAsAdmin = fromClient("ROOM_JOIN_AS_ADMIN", {
  owner: u32,
  code: u32,
  port: optional(port, undefined),
});

export const roomLeave = fromClient("ROOM_LEAVE", { gid: u32 });
export const roomClose = fromClient("ROOM_CLOSE", { gid: u32 });

export interface RoomCreate {
  readonly type: number;
  readonly category: number;
  readonly rating: string;
  readonly name: string;
  /** Empty for an open room. */
  readonly lockword: string;
}

export const roomCreate = fromClientBody<RoomCreate>("ROOM_CREATE", {
  read(from) {
    const type = from.u16();
    from.u16();
    const category = from.u16();
    from.u32();
    const rating = decodeText(from.bytes(1));
    const [name = "", lockword = ""] = decodeText(from.rest()).split("\n");
    return {
      type,
      category,
      rating,
      name: name.replace(/[\0\r]+$/, ""),
      lockword: trimLockword(lockword),
    };
  },
  write(to, room) {
    to.u16(room.type);
    to.u16(0);
    to.u16(room.category);
    to.u32(CLIENT_PORT);
    char.write(to, room.rating);
    to.bytes(encodeText(room.name));
    if (room.lockword !== "") to.bytes(encodeText(`\n${room.lockword}`));
  },
});

/** A longer name overruns a buffer of the client. */
export const MAX_ROOM_NAME = 255;

export type RoomJoined = Exclude<
  ReturnType<typeof roomJoined.parse>,
  Malformed
>;

/**
 * Opens the room's window: 22 bytes, the rating, the name, and nothing after
 * it. The words at 14, 18 and 20 have no visible effect.
 */
export const roomJoined = fromServer("ROOM_JOINED", {
  gid: u32,
  type: u16,
  admin: flag,
  locked: flag,
  invisible: flag,
  category: u16,
  word14: fixed(u16, 0),
  /** One of VIDEO_PANEL (room_video.ts). */
  video: u16,
  word18: fixed(u16, 6),
  word20: fixed(u16, 3),
  rating: char,
  name: text(MAX_ROOM_NAME),
});

export const roomUserLeft = fromServer("ROOM_USER_LEFT", {
  gid: u32,
  uid: u32,
});

/** Closes the room's window and shows a text; `by` may be 0. */
export const roomClosed = fromServer("ROOM_CLOSED", {
  gid: u32,
  by: u32,
  text: text(1023),
});

/** Where the room's voice is: exactly 16 bytes, both ports as u32. */
export const roomMediaServer = fromServer("ROOM_MEDIA_SERVER", {
  gid: u32,
  address: ipv4,
  udpPort: u32,
  tcpPort: u32,
});

export const inviteOut = fromClient("INVITE_OUT", { gid: u32, uid: u32 });

export interface Invite {
  readonly gid: number;
  readonly room: string;
  readonly uid: number;
  readonly nickname: string;
  readonly first: string;
  readonly last: string;
  readonly type: number;
  readonly locked: boolean;
}

export const inviteIn = fromServerBody<Invite>("INVITE_IN", {
  read(from) {
    const fields = parseRecord(from.rest());
    return {
      gid: Number(fields.get("group_id")),
      room: fields.get("group_name") ?? "",
      uid: Number(fields.get("uid")),
      nickname: fields.get("nickname") ?? "",
      first: fields.get("first") ?? "",
      last: fields.get("last") ?? "",
      type: Number(fields.get("type")),
      locked: fields.get("lock") === "1",
    };
  },
  write: (to, invite) =>
    // Without first and last the client ignores the invitation.
    to.bytes(encodeRecord([
      ["group_id", invite.gid],
      ["group_name", invite.room.slice(0, MAX_ROOM_NAME) || "-"],
      ["uid", invite.uid],
      ["nickname", shownNickname(invite.nickname)],
      ["first", shownName(invite.first)],
      ["last", shownName(invite.last)],
      ["type", invite.type],
      ["lock", invite.locked ? 1 : ""],
    ])),
});

/** Creates a private room for two and invites `uid` (Gaim and later clients). */
export const privateInvite = fromClient("PRIVATE_INVITE", {
  head: fixed(u32, 0x00010000),
  port: fixed(u32, (CLIENT_PORT << 16) | 1),
  uid: u32,
});

/** Room type 1: voice, by invitation only. */
export const PRIVATE_VOICE = 1;

/** The answer to PRIVATE_INVITE that names the room; 5.0 ignores it. */
export const privateRoom = fromServer("FEEDBACK", {
  to: fixed(u16, CLIENT_TYPES.PRIVATE_INVITE.type),
  code: fixed(u16, 0),
  gid: u32,
  type: fixed(u16, PRIVATE_VOICE),
  name: text(MAX_ROOM_NAME),
});

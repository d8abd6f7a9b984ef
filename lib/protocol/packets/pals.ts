/**
 * Pals, presence, blocks (docs/protocol.md, "Pals and presence").
 *
 * @module
 */
import {
  flag,
  fromClient,
  fromServer,
  fromServerBody,
  tail,
  text,
  u32,
} from "../layout.ts";
import { concat } from "../bytes.ts";
import { encodeFrame } from "../frame.ts";
import { SERVER_TYPES } from "../packet_types.ts";
import {
  encodeList,
  encodeLists,
  encodeRecord,
  parseList,
} from "../records.ts";

export const addPal = fromClient("ADD_PAL", { uid: u32 });
export const removePal = fromClient("REMOVE_PAL", { uid: u32 });
export const requestUser = fromClient("REQUEST_USER", { uid: u32 });
export const blockBuddy = fromClient("BLOCK_BUDDY", { uid: u32 });
export const unblock = fromClient("UNBLOCK", { uid: u32 });
export const getBlocked = fromClient("GET_BLOCKED", {});
/** The client's "Customize Pal Name"; its Reset sends {@linkcode DEFAULT_PAL_NAME}. */
export const customizePal = fromClient("CUSTOMIZE_PAL", {
  uid: u32,
  name: text(),
});
/** Resets the name to the pal's own nickname. */
export const DEFAULT_PAL_NAME = "*default*";
/** The away text as the user wrote it; may be empty. */
export const awayMode = fromClient("AWAY_MODE", { text: tail() });
export const onlineMode = fromClient("ONLINE_MODE", {});
/** How later clients set one of {@linkcode STATUS}. */
export const changeStatus = fromClient("CHANGE_STATUS", { status: u32 });

/** What the client draws beside a pal's name. */
export const STATUS = {
  offline: 0x00,
  online: 0x1e,
  busy: 0x32,
  away: 0x46,
} as const;
export type Status = typeof STATUS[keyof typeof STATUS];

/** Exactly eight bytes. */
export const statusChange = fromServer("STATUS_CHANGE", {
  uid: u32,
  status: u32,
});

/** A user in a list. */
export interface Person {
  readonly uid: number;
  readonly nickname: string;
  /** The name that the list's owner has given this pal. */
  readonly display?: string;
  readonly first?: string;
  readonly last?: string;
  readonly email?: string;
}

/** The client copies a nickname into 128 bytes. */
export const MAX_NICKNAME = 127;
/** A limit of ours that keeps records small. */
const MAX_PERSONAL = 100;

/** Returns a nickname for a record: short enough, and never empty. */
export function shownNickname(nickname: string): string {
  return nickname.slice(0, MAX_NICKNAME) || "-";
}

/** Returns a first or last name for records in which it must not be empty. */
export function shownName(name: string): string {
  return name.slice(0, MAX_PERSONAL) || "-";
}

/**
 * Encodes a user. uid and nickname come first: Gaim identifies lines by
 * position.
 */
export function personRecord(person: Person): Uint8Array<ArrayBuffer> {
  return encodeRecord([
    ["uid", person.uid],
    ["nickname", shownNickname(person.nickname)],
    ["display", (person.display ?? "").slice(0, MAX_NICKNAME)],
    ["first", (person.first ?? "").slice(0, MAX_PERSONAL)],
    ["last", (person.last ?? "").slice(0, MAX_PERSONAL)],
    ["email", (person.email ?? "").slice(0, MAX_PERSONAL)],
  ]);
}

/**
 * Encodes a user who was requested or searched for. The lines first and last
 * are present even when empty, as in every record that the client was seen to
 * accept (docs/protocol.md, "Search and profile").
 */
export function answerRecord(person: Person): Uint8Array<ArrayBuffer> {
  const email = (person.email ?? "").slice(0, MAX_PERSONAL);
  return encodeRecord([
    ["uid", person.uid],
    ["nickname", shownNickname(person.nickname)],
    ["first", (person.first ?? "").slice(0, MAX_PERSONAL)],
    ["last", (person.last ?? "").slice(0, MAX_PERSONAL)],
    ...(email === "" ? [] : [["email", email] as const]),
  ], { keepEmpty: true });
}

/** Parses what {@linkcode personRecord} encodes, for our own client. */
export function personOf(fields: ReadonlyMap<string, string>): Person {
  const optional = (key: "display" | "first" | "last" | "email") =>
    fields.get(key) ? { [key]: fields.get(key)! } : {};
  return {
    uid: Number(fields.get("uid") ?? 0),
    nickname: fields.get("nickname") ?? "",
    ...optional("display"),
    ...optional("first"),
    ...optional("last"),
    ...optional("email"),
  };
}

/** The client's table has 800 entries for one packet. */
const BUDDY_LIMITS = { records: 799 };

export const buddyList = fromServerBody<readonly Person[]>("BUDDY_LIST", {
  read: (from) => parseList(from.rest()).map(personOf),
  write(to, people) {
    to.bytes(encodeList(people.map(personRecord), BUDDY_LIMITS));
  },
});

/**
 * Encodes the whole list in as many packets as needed: the client adds the pals
 * that it does not have yet.
 */
export function buddyListFrames(
  people: readonly Person[],
): Uint8Array<ArrayBuffer> {
  const payloads = encodeLists(people.map(personRecord), BUDDY_LIMITS);
  const type = SERVER_TYPES.BUDDY_LIST.type;
  return concat(payloads.map((payload) => encodeFrame(type, payload)));
}

/** The client's table has 500 entries. */
const MAX_BLOCKED = 499;

export const blockedBuddies = fromServerBody<readonly Person[]>(
  "BLOCKED_BUDDIES",
  {
    read: (from) => parseList(from.rest()).map(personOf),
    write(to, people) {
      const records = people.map(({ uid, nickname }) =>
        personRecord({ uid, nickname })
      );
      to.bytes(encodeList(records, { records: MAX_BLOCKED }));
    },
  },
);

/**
 * Reports a failure only: the client shows "Block User Failed" and the text.
 */
export const blockResult = fromServer("BLOCK_RESULT", {
  uid: u32,
  blocked: flag,
  text: text(511),
});

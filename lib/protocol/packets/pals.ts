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
/** Means the pal's own nickname. */
export const DEFAULT_PAL_NAME = "*default*";
/** The away text as the user wrote it; may be empty. */
export const awayMode = fromClient("AWAY_MODE", { text: tail() });
export const onlineMode = fromClient("ONLINE_MODE", {});
/** Later clients' way to set one of {@linkcode STATUS}. */
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

/** A person in a list. */
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
/** Bound of our own, so that a record stays small. */
const MAX_PERSONAL = 100;

/** A nickname as records hold it: short enough, and never nothing. */
export function shownNickname(nickname: string): string {
  return nickname.slice(0, MAX_NICKNAME) || "-";
}

/** A first or last name for records in which it must not be empty. */
export function shownName(name: string): string {
  return name.slice(0, MAX_PERSONAL) || "-";
}

/** uid and nickname come first: Gaim counts lines. */
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
 * A person asked for or searched for: first and last have their lines also
 * when they are empty, as in all that the client was seen to take
 * (docs/protocol.md, "Search and profile").
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

/** The reverse of {@linkcode personRecord}, for our own client. */
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

/** The client's table has 800 places for one packet. */
const BUDDY_LIMITS = { records: 799 };

export const buddyList = fromServerBody<readonly Person[]>("BUDDY_LIST", {
  read: (from) => parseList(from.rest()).map(personOf),
  write(to, people) {
    to.bytes(encodeList(people.map(personRecord), BUDDY_LIMITS));
  },
});

/**
 * The whole list, in as many packets as it takes: the client adds what it does
 * not have yet.
 */
export function buddyListFrames(
  people: readonly Person[],
): Uint8Array<ArrayBuffer> {
  const payloads = encodeLists(people.map(personRecord), BUDDY_LIMITS);
  const type = SERVER_TYPES.BUDDY_LIST.type;
  return concat(payloads.map((payload) => encodeFrame(type, payload)));
}

/** The client's table has 500 places. */
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

/** Only for a failure: the client shows "Block User Failed" and the text. */
export const blockResult = fromServer("BLOCK_RESULT", {
  uid: u32,
  blocked: flag,
  text: text(511),
});

/**
 * A permanent room as commands show it, and what its fields may be.
 *
 * @module
 */
import { encodeText, fitsWindows1252 } from "../protocol/windows1252.ts";
import type { RoomType, Store, StoredRoom } from "../domain/store.ts";
import { MAX_ROOM_NAME } from "../protocol/packets/rooms.ts";
import { type Context, refused } from "./command.ts";

/** What people call the types that a permanent room can have. */
export const ROOM_TYPES: Readonly<Record<string, RoomType>> = {
  voice: 3,
  text: 0,
  "private-voice": 1,
  "private-text": 5,
};
export const TYPE_NAMES = [
  "voice",
  "text",
  "private-voice",
  "private-text",
] as const;

export function typeName(type: number): string {
  return TYPE_NAMES.find((name) => ROOM_TYPES[name] === type) ??
    `type ${type}`;
}

export function roomJson(room: StoredRoom, context: Context) {
  const { store, live } = context;
  const alive = live?.rooms().find((one) => one.gid === room.gid);
  return {
    ...room,
    typeName: typeName(room.type),
    ownerNickname: nicknameOf(store, room.owner),
    permanent: true,
    members: alive?.members.length ?? 0,
  };
}

export function nicknameOf(store: Store, uid: number | null): string | null {
  return uid === null ? null : store.accounts.get(uid)?.nickname ?? null;
}

/** How long each text may be, in Windows-1252 bytes, for the client's sake. */
const LONGEST = {
  name: MAX_ROOM_NAME,
  lockword: 32,
  banner: 1000,
  welcome: 1000,
} as const;

const WHAT: Readonly<Record<keyof typeof LONGEST, string>> = {
  name: "A room's name",
  lockword: "A lockword",
  banner: "A banner",
  welcome: "A welcome text",
};

/**
 * Throws a refusal for a text that the client could not bear
 * (docs/protocol.md, "What breaks the client").
 */
export function requireRoomText(
  which: keyof typeof LONGEST,
  text: string | undefined,
): void {
  if (text === undefined) return;
  const what = WHAT[which];
  if (!fitsWindows1252(text)) {
    throw refused(
      `${what} can have letters of Western European languages only.`,
    );
  }
  const length = encodeText(text).length;
  if (length > LONGEST[which]) {
    throw refused(
      `${what} has at most ${
        LONGEST[which]
      } characters; this one has ${length}.`,
    );
  }
  const lines = which === "banner" || which === "welcome";
  if (/\p{Cc}/u.test(lines ? text.replaceAll("\n", "") : text)) {
    throw refused(`${what} has no control characters.`);
  }
  if (which === "name") {
    if (text.trim() === "") throw refused("A room needs a name.");
    for (const letter of ["\u00c8", "="]) {
      if (text.includes(letter)) {
        throw refused(
          `The old client stumbles over "${letter}" in a room's name: leave it out.`,
        );
      }
    }
  }
}

/** "" for none, else four to nine digits that do not begin with 0. */
export function requireAdminCode(code: string | undefined): void {
  if (code === undefined || code === "" || /^[1-9]\d{3,8}$/.test(code)) return;
  throw refused("An admin code has four to nine digits and no 0 in front.");
}

/**
 * Formats and checks the fields of a permanent room.
 *
 * @module
 */
import {
  adminCodeFault,
  type RoomText,
  roomTextFault,
} from "../actions/room_text.ts";
import type { RoomType, Store, StoredRoom } from "../domain/store.ts";
import { type Context, refused } from "./command.ts";

/** Readable names of the types that a permanent room can have. */
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

/** Throws a refusal for a text that the client cannot handle. */
export function requireRoomText(
  which: RoomText,
  text: string | undefined,
): void {
  const fault = text === undefined ? null : roomTextFault(which, text);
  if (fault !== null) throw refused(fault);
}

/** Throws a refusal for an invalid code; "" means none. */
export function requireAdminCode(code: string | undefined): void {
  const fault = adminCodeFault(code ?? "");
  if (fault !== null) throw refused(fault);
}

/**
 * Shows rooms.
 *
 * @module
 */
import type { Store, StoredRoom } from "../domain/store.ts";
import { command, type CommandResult, done } from "./command.ts";
import { argument, choiceOption, option } from "./field.ts";
import { findCategory, findRoom, openRoom, storedRoom } from "./find.ts";
import type { RoomInfo } from "../ops/live.ts";
import {
  nicknameOf,
  ROOM_TYPES,
  roomJson,
  TYPE_NAMES,
  typeName,
} from "./room_text.ts";
import { columns, pairs, timeText } from "./table_text.ts";

export const roomList = command({
  path: ["room", "list"],
  summary: "List the rooms",
  details: "While the server is running, temporary rooms are included.",
  examples: [
    "retropal room list",
    "retropal room list --category 30006 --json",
  ],
  fields: {
    category: option("CODE", "List only rooms in this category."),
    type: choiceOption(TYPE_NAMES, "List only rooms of this type."),
  },
  role: "moderator",
  run(context, input) {
    const { store, live } = context;
    const code = input.category === undefined
      ? undefined
      : findCategory(store, input.category).code;
    const type = input.type === undefined ? undefined : ROOM_TYPES[input.type];
    const permanent = store.rooms.list().map((room) => roomJson(room, context));
    const known = new Set(permanent.map((room) => room.gid));
    const temporary = (live?.rooms() ?? [])
      .filter((room) => !known.has(room.gid))
      .map((room) => temporaryJson(room, store));
    const rooms = [...permanent, ...temporary].filter((room) =>
      (code === undefined || room.category === code) &&
      (type === undefined || room.type === type)
    );
    const names = new Map(
      store.categories.list().map((one) => [one.code, one.name]),
    );
    return done(
      rooms,
      ...columns(
        ["ROOM", "NAME", "TYPE", "RATING", "CATEGORY", "OWNER", "PEOPLE"],
        rooms.map((room) => [
          String(room.gid),
          room.name,
          room.typeName + (room.permanent ? "" : " (temporary)"),
          room.rating,
          names.get(room.category) ?? String(room.category),
          room.ownerNickname ?? "-",
          String(room.members),
        ]),
      ),
    );
  },
});

export const roomShow = command({
  path: ["room", "show"],
  summary: "Show everything about a room",
  details: "While the server is running, temporary rooms are included.",
  examples: [
    "retropal room show 50001",
    'retropal room show "Help Desk" --json',
  ],
  fields: { room: argument("ROOM", "Number or name of the room.") },
  role: "moderator",
  run(context, input) {
    const { store, live } = context;
    if (storedRoom(store, input.room) === undefined) {
      const open = openRoom(live, input.room);
      if (open) return showTemporary(open, store);
    }
    const room = findRoom(store, input.room);
    const offices = store.rooms.offices(room.gid);
    const people = (uids: readonly number[]) =>
      uids.map((uid) => ({ uid, nickname: nicknameOf(store, uid) }));
    const alive = live?.rooms().find((one) => one.gid === room.gid);
    const json = {
      ...roomJson(room, context),
      admins: people(offices.admins),
      banned: people(offices.banned),
      bounced: people(offices.bounced),
      present: alive?.members ?? [],
      talker: alive?.talker ?? null,
    };
    return done(
      json,
      ...pairs([
        ["room", String(room.gid)],
        ["name", room.name],
        ["type", json.typeName],
        ["category", String(room.category)],
        ["rating", room.rating],
        ["owner", json.ownerNickname ?? "-"],
        ["lockword", room.lockword || "-"],
        ["admin code", room.adminCode || "-"],
        ["banner", room.banner || "-"],
        ["welcome", room.welcome || "-"],
        ["position", String(room.position)],
        ["microphone", room.newUsersMic ? "given to new people" : "on request"],
        ["red dot", redDot(room)],
        ["video", room.video ? "allowed" : "off"],
        [
          "slow mode",
          room.slowSeconds === 0 ? "off" : `${room.slowSeconds} s`,
        ],
        ["floor", `${room.floorMode}, ${room.floorPauseMs} ms`],
        ["made", timeText(room.createdAt)],
        ["admins", names(json.admins)],
        ["banned", names(json.banned)],
        ["bounced", names(json.bounced)],
        ["present", names(json.present)],
      ]),
    );
  },
});

/** Returns a temporary room, about which nothing is stored on disk. */
function temporaryJson(room: RoomInfo, store: Store) {
  return {
    gid: room.gid,
    name: room.name,
    category: room.category,
    type: room.type,
    typeName: typeName(room.type),
    rating: room.rating,
    owner: room.owner,
    ownerNickname: nicknameOf(store, room.owner),
    permanent: false,
    members: room.members.length,
  };
}

function showTemporary(room: RoomInfo, store: Store): CommandResult {
  const json = {
    ...temporaryJson(room, store),
    present: room.members,
    talker: room.talker,
  };
  return done(
    json,
    ...pairs([
      ["room", `${room.gid} (temporary)`],
      ["name", room.name],
      ["type", json.typeName],
      ["category", String(room.category)],
      ["rating", room.rating],
      ["owner", json.ownerNickname ?? "-"],
      ["lockword", room.locked ? "yes" : "-"],
      ["present", names(room.members)],
    ]),
  );
}

function names(list: readonly { nickname: string | null }[]): string {
  return list.map((one) => one.nickname ?? "?").join(", ") || "-";
}

function redDot(room: StoredRoom): string {
  return [
    "ends talking",
    ...(room.redDotText ? ["writing"] : []),
    ...(room.redDotVideo ? ["video"] : []),
  ].join(", ");
}

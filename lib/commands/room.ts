/**
 * Permanent rooms.
 *
 * @module
 */
import type { RoomPatch, StoredRoom } from "../domain/store.ts";
import {
  audit,
  command,
  type Context,
  difference,
  done,
  notFound,
  refused,
} from "./command.ts";
import {
  argument,
  choiceOption,
  numberOption,
  option,
  yesNoOption,
} from "./field.ts";
import { findAccount, findCategory, findRoom } from "./find.ts";
import {
  nicknameOf,
  requireAdminCode,
  requireRoomText,
  ROOM_TYPES,
  roomJson,
  TYPE_NAMES,
  typeName,
} from "./room_text.ts";
import { columns, pairs, timeText } from "./table_text.ts";

/** What `room add` and `room set` have in common. */
const TRAITS = {
  category: option("CODE", "The category's code or name."),
  type: choiceOption(TYPE_NAMES, "What is done in it; voice when not given."),
  rating: choiceOption(
    ["G", "A", "R"],
    "Who it is for: G everybody, A adults, R restricted.",
  ),
  owner: option("NICK", 'Who owns it; "" for nobody but staff.'),
  lockword: option("WORD", 'What one must know to enter; "" for nothing.'),
  adminCode: option("DIGITS", 'The code for "join as admin"; "" for none.'),
  banner: option("TEXT", "The topic above the room's text."),
  welcome: option("TEXT", "What everybody is greeted with."),
  position: numberOption("N", "Its place in the list.", {
    min: 0,
    max: 1_000_000,
  }),
  newUsersMic: yesNoOption("Whether those who come in may talk."),
  redDotText: yesNoOption("Whether a red dot also ends somebody's writing."),
  redDotVideo: yesNoOption("Whether a red dot also ends somebody's video."),
  floor: choiceOption(
    ["pause", "queue", "free"],
    "How the right to be heard passes on: at a pause, by raised hands, or not at all.",
  ),
  floorPause: numberOption("MS", "How long that pause is.", {
    min: 100,
    max: 10_000,
  }),
} as const;

interface TraitInput {
  readonly [key: string]: unknown;
  readonly category?: string | undefined;
  readonly type?: string | undefined;
  readonly rating?: "G" | "A" | "R" | undefined;
  readonly owner?: string | undefined;
  readonly lockword?: string | undefined;
  readonly adminCode?: string | undefined;
  readonly banner?: string | undefined;
  readonly welcome?: string | undefined;
  readonly position?: number | undefined;
  readonly newUsersMic?: boolean | undefined;
  readonly redDotText?: boolean | undefined;
  readonly redDotVideo?: boolean | undefined;
  readonly floor?: "pause" | "queue" | "free" | undefined;
  readonly floorPause?: number | undefined;
}

/** Checks what was given and puts it as the store wants it. */
function traits(context: Context, input: TraitInput): RoomPatch {
  const { store } = context;
  for (const which of ["lockword", "banner", "welcome"] as const) {
    requireRoomText(which, input[which]);
  }
  requireAdminCode(input.adminCode);
  const type = input.type === undefined ? undefined : ROOM_TYPES[input.type];
  const patch: RoomPatch = {
    ...(input.category !== undefined && {
      category: findCategory(store, input.category).code,
    }),
    ...(type !== undefined && { type }),
    ...(input.rating !== undefined && { rating: input.rating }),
    ...(input.owner !== undefined && {
      owner: input.owner === "" ? null : findAccount(store, input.owner).uid,
    }),
    ...(input.lockword !== undefined && { lockword: input.lockword }),
    ...(input.adminCode !== undefined && { adminCode: input.adminCode }),
    ...(input.banner !== undefined && { banner: input.banner }),
    ...(input.welcome !== undefined && { welcome: input.welcome }),
    ...(input.position !== undefined && { position: input.position }),
    ...(input.newUsersMic !== undefined && { newUsersMic: input.newUsersMic }),
    ...(input.redDotText !== undefined && { redDotText: input.redDotText }),
    ...(input.redDotVideo !== undefined && { redDotVideo: input.redDotVideo }),
    ...(input.floor !== undefined && { floorMode: input.floor }),
    ...(input.floorPause !== undefined && { floorPauseMs: input.floorPause }),
  };
  return patch;
}

export const roomAdd = command({
  path: ["room", "add"],
  summary: "Make a permanent room",
  details: "Prints its number. It is in the list at once.",
  examples: [
    'retropal room add "The Royal Oak" --category 30006',
    'retropal room add "Quiet Corner" --type text --category Miscellaneous --owner Ann',
  ],
  fields: { name: argument("NAME", "Its name."), ...TRAITS },
  role: "admin",
  run(context, input) {
    const { store } = context;
    requireRoomText("name", input.name);
    if (store.rooms.byName(input.name)) {
      throw refused(`There is a room "${input.name}" already.`);
    }
    const first = store.categories.list().find((one) => one.code === 30006) ??
      store.categories.list()[0];
    if (!first) {
      throw refused(
        "There is no category: make one with `retropal category add`.",
      );
    }
    const patch = traits(context, input);
    const room = store.transaction(() => {
      const created = store.rooms.create({
        category: first.code,
        type: 3,
        ...patch,
        name: input.name,
        createdAt: context.now(),
      });
      audit(context, {
        action: "room add",
        target: created.name,
        after: { gid: created.gid, ...patch },
      });
      return created;
    });
    context.live?.roomChanged(room.gid);
    return done(roomJson(room, context), String(room.gid));
  },
});

export const roomList = command({
  path: ["room", "list"],
  summary: "List the rooms",
  details: "While the server runs, temporary rooms too.",
  examples: [
    "retropal room list",
    "retropal room list --category 30006 --json",
  ],
  fields: {
    category: option("CODE", "Only those of this category."),
    type: choiceOption(TYPE_NAMES, "Only those of this type."),
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
      .map((room) => ({
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
      }));
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
  summary: "Show all that is known of a room",
  examples: [
    "retropal room show 50001",
    'retropal room show "Help Desk" --json',
  ],
  fields: { room: argument("ROOM", "Its number, or its name.") },
  role: "moderator",
  run(context, input) {
    const { store, live } = context;
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
    const names = (list: readonly { nickname: string | null }[]) =>
      list.map((one) => one.nickname ?? "?").join(", ") || "-";
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

function redDot(room: StoredRoom): string {
  return [
    "ends talking",
    ...(room.redDotText ? ["writing"] : []),
    ...(room.redDotVideo ? ["video"] : []),
  ].join(", ");
}

export const roomSet = command({
  path: ["room", "set"],
  summary: "Change a permanent room",
  examples: [
    'retropal room set 50001 --banner "Tonight: quiz" --rating G',
    'retropal room set "Help Desk" --name "Help" --lockword ""',
  ],
  fields: {
    room: argument("ROOM", "Its number, or its name."),
    name: option("NAME", "A new name."),
    ...TRAITS,
  },
  role: "admin",
  run(context, input) {
    const { store } = context;
    const before = findRoom(store, input.room);
    requireRoomText("name", input.name);
    if (input.name !== undefined) {
      const same = store.rooms.byName(input.name);
      if (same && same.gid !== before.gid) {
        throw refused(`There is a room "${input.name}" already.`);
      }
    }
    const patch: RoomPatch = {
      ...traits(context, input),
      ...(input.name !== undefined && { name: input.name }),
    };
    if (Object.keys(patch).length === 0) {
      throw refused("Say what to change: `retropal room set --help` lists it.");
    }
    const after = store.transaction(() => {
      const updated = store.rooms.update(before.gid, patch);
      audit(context, {
        action: "room set",
        target: before.name,
        ...difference(before, updated),
      });
      return updated;
    });
    context.live?.roomChanged(after.gid);
    return done(roomJson(after, context), `${after.name} is changed.`);
  },
});

export const roomRemove = command({
  path: ["room", "remove"],
  summary: "Remove a permanent room; whoever is in it is told and put out",
  examples: ["retropal room remove 50007"],
  fields: {
    room: argument("ROOM", "Its number, or its name."),
    reason: option("TEXT", "What the people in it are told."),
  },
  role: "admin",
  run(context, input) {
    const { store } = context;
    const room = findRoom(store, input.room);
    store.transaction(() => {
      store.rooms.remove(room.gid);
      audit(context, {
        action: "room remove",
        target: room.name,
        before: room,
      });
    });
    context.live?.roomRemoved(
      room.gid,
      input.reason ?? "This room was removed.",
    );
    return done({ gid: room.gid }, `${room.name} is removed.`);
  },
});

export const roomClose = command({
  path: ["room", "close"],
  summary: "Put everybody out of a room and, if temporary, end it",
  examples: ['retropal room close 50001 --reason "Closing time"'],
  fields: {
    room: argument("ROOM", "Its number, or its name."),
    reason: option("TEXT", "What the people in it are told."),
  },
  role: "admin",
  chat: { name: "close", role: "admin", takes: ["room", "reason"] },
  needsServer: true,
  run(context, input) {
    const { live } = context;
    const room = live?.rooms().find((one) =>
      String(one.gid) === input.room ||
      one.name.toLowerCase() === input.room.toLowerCase()
    );
    const reason = input.reason ?? "This room was closed.";
    if (!room || !live?.closeRoom(room.gid, reason)) {
      throw notFound(
        `There is no open room "${input.room}". \`retropal room list\` shows them all.`,
      );
    }
    audit(context, { action: "room close", target: room.name, after: reason });
    return done({ gid: room.gid }, `${room.name} is closed.`);
  },
});

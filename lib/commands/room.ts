/**
 * Permanent rooms: creating, changing and removing them.
 *
 * @module
 */
import {
  FLOOR_MODE_NAMES,
  FLOOR_MODES,
  type FloorMode,
} from "../domain/floor_modes.ts";
import { foldName } from "../domain/names.ts";
import type { Gid, RoomPatch } from "../domain/store.ts";
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
  UsageError,
  yesNoOption,
} from "./field.ts";
import { findAccount, findCategory, findRoom, openRoom } from "./find.ts";
import {
  requireAdminCode,
  requireRoomText,
  ROOM_TYPES,
  roomJson,
  TYPE_NAMES,
} from "./room_text.ts";

/** Fields that `room add` and `room set` share. */
const TRAITS = {
  category: option("CODE", "The category's code or name."),
  type: choiceOption(TYPE_NAMES, "Kind of room; default: voice."),
  rating: choiceOption(
    ["G", "A", "R"],
    "Audience: G everybody, A adults, R restricted.",
  ),
  owner: option("NICK", 'Who owns it; "" for nobody but staff.'),
  lockword: option("WORD", 'What one must know to enter; "" for nothing.'),
  adminCode: option("DIGITS", 'The code for "join as admin"; "" for none.'),
  banner: option("TEXT", "The topic above the room's text.", { long: true }),
  welcome: option("TEXT", "The text that greets users who enter.", {
    long: true,
  }),
  position: numberOption("N", "Position in the list.", {
    min: 0,
    max: 1_000_000,
  }),
  newUsersMic: yesNoOption("Whether users who enter may talk."),
  redDotText: yesNoOption("Whether a red dot also stops a user from writing."),
  redDotVideo: yesNoOption("Whether a red dot also stops a user's video."),
  video: yesNoOption("Whether members may publish and watch webcams."),
  slow: numberOption(
    "SECONDS",
    "Seconds between two lines of a member; 0 for no limit.",
    {
      min: 0,
      max: 3600,
    },
  ),
  floor: choiceOption(
    FLOOR_MODE_NAMES,
    `How the floor passes on: ${
      FLOOR_MODE_NAMES.map((name) => `${name} ${FLOOR_MODES[name].summary}`)
        .join(", ")
    }.`,
  ),
  floorPause: numberOption("MS", "Length of that pause.", {
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
  readonly video?: boolean | undefined;
  readonly slow?: number | undefined;
  readonly floor?: FloorMode | undefined;
  readonly floorPause?: number | undefined;
}

/** Checks the input and converts it for the store. */
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
    ...(input.video !== undefined && { video: input.video }),
    ...(input.slow !== undefined && { slowSeconds: input.slow }),
    ...(input.floor !== undefined && { floorMode: input.floor }),
    ...(input.floorPause !== undefined && { floorPauseMs: input.floorPause }),
  };
  return patch;
}

/**
 * Throws when a room has this name. Clients also join by name, so temporary
 * rooms count too (docs/protocol.md, "Rooms").
 */
function requireFreeName(
  { store, live }: Context,
  name: string,
  own?: Gid,
): void {
  const same = store.rooms.byName(name);
  if (same && same.gid !== own) {
    throw refused(`There is a room "${name}" already.`);
  }
  const key = foldName(name);
  const temporary = live?.rooms().find((room) =>
    !room.permanent && foldName(room.name) === key
  );
  if (temporary) {
    throw refused(
      `There is a room "${name}" already, made by a user: ` +
        `\`retropal room close ${temporary.gid}\` ends it.`,
    );
  }
}

export const roomAdd = command({
  path: ["room", "add"],
  summary: "Create a permanent room",
  details: "Prints its number. Clients see it in the list immediately.",
  examples: [
    'retropal room add "The Royal Oak" --category 30006',
    'retropal room add "Quiet Corner" --type text --category Miscellaneous --owner Ann',
  ],
  fields: { name: argument("NAME", "Its name."), ...TRAITS },
  startsData: true,
  role: "admin",
  run(context, input) {
    const { store } = context;
    requireRoomText("name", input.name);
    requireFreeName(context, input.name);
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

export const roomSet = command({
  path: ["room", "set"],
  summary: "Change a permanent room",
  examples: [
    'retropal room set 50001 --banner "Tonight: quiz" --rating G',
    'retropal room set "Help Desk" --name "Help" --lockword ""',
  ],
  fields: {
    room: argument("ROOM", "Number or name of the room."),
    name: option("NAME", "A new name."),
    ...TRAITS,
  },
  role: "admin",
  run(context, input) {
    const { store } = context;
    const before = findRoom(store, input.room);
    requireRoomText("name", input.name);
    if (input.name !== undefined) {
      requireFreeName(context, input.name, before.gid);
    }
    const patch: RoomPatch = {
      ...traits(context, input),
      ...(input.name !== undefined && { name: input.name }),
    };
    if (Object.keys(patch).length === 0) {
      throw new UsageError(
        "Nothing to change: `retropal room set --help` lists the options.",
      );
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
  summary: "Remove a permanent room; its members are informed and leave it",
  examples: ["retropal room remove 50007"],
  fields: {
    room: argument("ROOM", "Number or name of the room."),
    reason: option("TEXT", "Message to the users in it."),
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
  summary: "Remove all users from a room and close it if it is temporary",
  examples: ['retropal room close 50001 --reason "Closing time"'],
  fields: {
    room: argument("ROOM", "Number or name of the room."),
    reason: option("TEXT", "Message to the users in it."),
  },
  role: "admin",
  chat: { name: "close", role: "admin", takes: ["room", "reason"] },
  needsServer: true,
  run(context, input) {
    const { live } = context;
    const room = openRoom(live, input.room);
    const reason = input.reason ?? "This room was closed.";
    if (!room || !live?.closeRoom(room.gid, reason)) {
      throw notFound(
        `There is no open room "${input.room}". \`retropal room list\` shows ` +
          "them all.",
      );
    }
    audit(context, { action: "room close", target: room.name, after: reason });
    return done({ gid: room.gid }, `${room.name} is closed.`);
  },
});

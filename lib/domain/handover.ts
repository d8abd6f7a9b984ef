/**
 * What a server leaves for its successor in a planned restart (docs/hosting.md,
 * "Restarting"): who is online, in which rooms, the temporary rooms themselves,
 * and the room lines that have not been read.
 *
 * @module
 */
import { FLOOR_MODE_NAMES } from "./floor_modes.ts";
import * as v from "valibot";
import type { Status } from "../protocol/packets/pals.ts";
import { decodeText, encodeText } from "../protocol/windows1252.ts";
import { Expected, GRACE_MS, type KeptLine } from "./expected.ts";
import { Room } from "./room.ts";
import type { Millis, Store } from "./store.ts";
import type { World } from "./world.ts";

/** An older file belongs to a restart that was never completed. */
const OLDEST_MS = 600_000;

const uid = v.pipe(v.number(), v.integer());
const outcasts = v.array(v.object({
  uid,
  nickname: v.string(),
  rank: v.number(),
}));
const temporary = v.object({
  name: v.string(),
  category: v.number(),
  type: v.picklist([0, 1, 2, 3, 4, 5, 6]),
  rating: v.picklist(["G", "A", "R"]),
  owner: v.nullable(uid),
  lockword: v.string(),
  createdAt: v.number(),
  banner: v.string(),
  newUsersMic: v.boolean(),
  redDotText: v.boolean(),
  redDotVideo: v.boolean(),
  floorMode: v.picklist(FLOOR_MODE_NAMES),
  floorPauseMs: v.number(),
  slowSeconds: v.optional(v.number(), 0),
  admins: v.array(uid),
  bounced: outcasts,
  banned: outcasts,
});
const line = v.object({
  from: uid,
  nickname: v.string(),
  /** One character for each byte of Windows-1252. */
  text: v.string(),
  seenBy: v.array(uid),
  to: v.optional(uid),
});
const SCHEMA = v.object({
  version: v.literal(1),
  at: v.number(),
  people: v.array(v.object({ uid, status: v.number() })),
  rooms: v.array(v.object({
    gid: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535)),
    /** Null for a permanent room, which is in the database. */
    temporary: v.nullable(temporary),
    invited: v.array(uid),
    redDots: v.array(v.tuple([uid, v.number()])),
    members: v.array(v.object({
      uid,
      invisible: v.boolean(),
      mic: v.boolean(),
    })),
    lines: v.optional(v.array(line), []),
  })),
});

export type Handover = v.InferOutput<typeof SCHEMA>;
type HandedRoom = Handover["rooms"][number];
type HandedLine = HandedRoom["lines"][number];

/**
 * Begins the end of this server: no line reaches a client any more, so room
 * lines are kept for the members present and for those whom an earlier restart
 * still waits for.
 */
export function beginHandover(world: World, steady: Millis): void {
  const expected = new Expected(steady + GRACE_MS);
  for (const { uid, status } of world.expected?.people() ?? []) {
    expected.person(uid, status, []);
  }
  for (const { uid, status, blocks } of world.online.values()) {
    expected.person(uid, status, blocks);
  }
  for (const room of world.rooms.values()) {
    const { gid } = room;
    const waitedFor = world.expected?.membersOf(gid) ?? [];
    for (const [uid, member] of waitedFor) expected.member(gid, uid, member);
    for (const [uid, { invisible, mic }] of room.members) {
      expected.member(gid, uid, { invisible, mic });
    }
    for (const line of world.expected?.linesOf(gid) ?? []) {
      expected.keep(gid, line);
    }
  }
  world.expected = expected;
  world.handingOver = true;
}

export function handoverOf(world: World, now: Millis): Handover {
  const people = new Map(
    [...world.expected?.people() ?? [], ...world.online.values()]
      .map(({ uid, status }) => [uid, { uid, status }]),
  );
  return {
    version: 1,
    at: now,
    people: [...people.values()],
    rooms: [...world.rooms.values()].filter((room) =>
      !room.permanent || room.members.size > 0 || room.redDots.size > 0 ||
      world.expected?.hasMembers(room.gid)
    ).map((room) => handedRoom(room, world.expected)),
  };
}

/** Returns the state from which another server can continue a room. */
export function handedRoom(
  room: Room,
  expected: Expected | undefined,
): HandedRoom {
  const members = new Map(expected?.membersOf(room.gid));
  for (const [uid, { invisible, mic }] of room.members) {
    members.set(uid, { invisible, mic });
  }
  const listed = (map: Room["bounced"]) =>
    [...map].map(([uid, { nickname, rank }]) => ({ uid, nickname, rank }));
  return {
    gid: room.gid,
    temporary: room.permanent ? null : {
      name: room.name,
      category: room.category,
      type: room.type,
      rating: room.rating,
      owner: room.owner,
      lockword: room.lockword,
      createdAt: room.createdAt,
      banner: room.banner,
      newUsersMic: room.newUsersMic,
      redDotText: room.redDotText,
      redDotVideo: room.redDotVideo,
      floorMode: room.floorMode,
      floorPauseMs: room.floorPauseMs,
      slowSeconds: room.slowSeconds,
      admins: [...room.admins],
      bounced: listed(room.bounced),
      banned: listed(room.banned),
    },
    invited: [...room.invited],
    redDots: [...room.redDots],
    members: [...members].map(([uid, { invisible, mic }]) => ({
      uid,
      invisible,
      mic,
    })),
    lines: (expected?.linesOf(room.gid) ?? []).map(handedLine),
  };
}

function handedLine({ text, seenBy, ...line }: KeptLine): HandedLine {
  return { ...line, text: decodeText(text), seenBy: [...seenBy] };
}

function keptLine({ text, seenBy, ...line }: HandedLine): KeptLine {
  return { ...line, text: encodeText(text), seenBy: new Set(seenBy) };
}

/** Returns undefined for anything but a recent hand-over. */
export function readHandover(
  value: unknown,
  now: Millis,
): Handover | undefined {
  const parsed = v.safeParse(SCHEMA, value);
  if (!parsed.success) return undefined;
  const age = now - parsed.output.at;
  return age >= -OLDEST_MS && age <= OLDEST_MS ? parsed.output : undefined;
}

/** Applies a hand-over to a world that has just been loaded. */
export function takeOver(
  world: World,
  store: Store,
  handover: Handover,
  steady: Millis,
): void {
  const expected = new Expected(steady + GRACE_MS);
  for (const { uid, status } of handover.people) {
    if (store.accounts.get(uid) === undefined) continue;
    const blocks = store.relations.blocks(uid).map((one) => one.uid);
    expected.person(uid, status as Status, blocks);
  }
  for (const handed of handover.rooms) {
    const room = world.rooms.get(handed.gid) ?? restoredRoom(handed);
    if (room === undefined) continue;
    world.rooms.set(room.gid, room);
    for (const uid of handed.invited) room.invited.add(uid);
    for (const [uid, rank] of handed.redDots) room.redDots.set(uid, rank);
    for (const { uid, ...member } of handed.members) {
      if (store.accounts.get(uid) === undefined) continue;
      expected.member(room.gid, uid, member);
      if (!room.permanent) room.lost.add(uid);
    }
    for (const line of handed.lines) expected.keep(room.gid, keptLine(line));
    // An empty room normally waits a minute; here it waits until the wait for
    // its members ends.
    if (!room.permanent) room.waitingSince = steady + GRACE_MS / 2;
  }
  world.expected = expected;
  world.seenBefore = [];
}

/** A temporary room; undefined for any other. */
export function restoredRoom(
  { gid, temporary }: HandedRoom,
): Room | undefined {
  if (temporary === null) return undefined;
  const { admins, bounced, banned, slowSeconds, ...options } = temporary;
  const room = Room.temporary({ ...options, gid });
  room.slowSeconds = slowSeconds;
  Object.assign(room, {
    banner: options.banner,
    newUsersMic: options.newUsersMic,
    redDotText: options.redDotText,
    redDotVideo: options.redDotVideo,
    floorMode: options.floorMode,
  });
  for (const uid of admins) room.admins.add(uid);
  for (const { uid, ...who } of bounced) room.bounced.set(uid, who);
  for (const { uid, ...who } of banned) room.banned.set(uid, who);
  return room;
}

/**
 * The two minutes after a planned restart: users return to their rooms and get
 * what they missed (docs/hosting.md, "Restarting").
 *
 * @module
 */
import type { KeptLine } from "../domain/expected.ts";
import type { Room } from "../domain/room.ts";
import type { Session } from "../domain/session.ts";
import type { Gid } from "../domain/store.ts";
import { roomTextFrame } from "../protocol/packets/messages.ts";
import { roomUserJoined } from "../protocol/packets/members.ts";
import { roomUserLeft } from "../protocol/packets/rooms.ts";
import type { Context } from "./context.ts";
import { announceAbsence } from "./presence.ts";

/**
 * Keeps a room line for members who have not returned to the room yet; while
 * this server hands over, for all of them.
 */
export function keepForReturning(
  ctx: Context,
  room: Room,
  text: Uint8Array,
): void {
  const { world } = ctx;
  keep(ctx, room.gid, text, {
    seenBy: new Set(world.handingOver ? [] : room.members.keys()),
  });
}

/** Keeps a whisper that its receiver can no longer get from this server. */
export function keepWhisper(
  ctx: Context,
  room: Room,
  { uid: to }: Session,
  text: Uint8Array,
): void {
  if (!ctx.world.handingOver) return;
  keep(ctx, room.gid, text, { seenBy: new Set(), to });
}

/**
 * Keeps the lines of a client that was about to rejoin its rooms when this
 * server ended.
 */
export function keepHeldLines(ctx: Context): void {
  if (!ctx.session.hasHeldLines) return;
  for (const { gid, text } of ctx.session.heldLines.takeAll()) {
    const { uid } = ctx.session;
    if (!ctx.world.expected?.isExpectedIn(gid, uid)) continue;
    keep(ctx, gid, text, { seenBy: new Set() });
  }
}

function keep(
  { session, world }: Context,
  gid: Gid,
  text: Uint8Array,
  readers: Pick<KeptLine, "seenBy" | "to">,
): void {
  world.expected?.keep(gid, {
    from: session.uid,
    nickname: session.nickname,
    text: text.slice(),
    ...readers,
  });
}

/** Sends a member who is in the room again the lines that they missed. */
export function welcomeBack(ctx: Context, room: Room, session: Session): void {
  const { world, out } = ctx;
  // No client would get them: the next server delivers them.
  if (world.handingOver) return;
  const missed = world.expected?.rejoined(room.gid, session.uid) ?? [];
  const shown = new Set(room.members.keys());
  for (const line of missed) {
    const { from, text } = line;
    if (session.blocks.has(from)) continue;
    // A line from a user who is not on the list would have a garbled name.
    if (!shown.has(from)) out.send(session, listed(ctx, room, line));
    shown.add(from);
    out.send(session, roomTextFrame(room.gid, from, text));
  }
  for (const from of shown) {
    if (room.members.has(from)) continue;
    if (world.expected?.isExpectedIn(room.gid, from)) continue;
    out.send(session, roomUserLeft.frame({ gid: room.gid, uid: from }));
  }
}

/** Puts the writer of a line, who is not in the room now, on the list. */
function listed(
  { store, world }: Context,
  { gid, admins, owner }: Room,
  { from, nickname }: KeptLine,
): Uint8Array {
  const account = store.accounts.get(from);
  return roomUserJoined.frame([{
    gid,
    uid: from,
    nickname: account?.nickname ?? nickname,
    admin: admins.has(from) || owner === from,
    color: account?.color ?? "000000000",
    mic: world.expected?.placeOf(gid, from)?.mic ?? false,
    publishing: false,
    away: false,
    hand: 0,
  }]);
}

/** At the end of the wait, marks the users who did not return as gone. */
export function endOfGrace(ctx: Context): void {
  const { world } = ctx;
  const { expected } = world;
  if (expected === undefined || ctx.steady < expected.until) return;
  world.expected = undefined;
  const { people, members } = expected.missing();
  for (const uid of people) announceAbsence(ctx, uid);
  for (const [gid, uid, { invisible }] of members) {
    const room = world.rooms.get(gid);
    if (room === undefined || invisible || room.members.has(uid)) continue;
    room.departed.add(uid, ctx.now);
    ctx.out.room(room, roomUserLeft.frame({ gid, uid }));
  }
  ctx.log.info("the wait after the restart is over", {
    missing: people.length,
  });
}

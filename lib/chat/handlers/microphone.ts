/**
 * Raised hands, microphones and red dots (docs/protocol.md, "Microphone").
 *
 * @module
 */
import { FLOOR_MODES } from "../../domain/floor_modes.ts";
import { EVERYBODY, type Gid, type Uid } from "../../domain/store.ts";
import type { Member, Room } from "../../domain/room.ts";
import {
  handDown,
  handUp,
  micsToggled,
  redDotOff,
  redDotOn,
} from "../../protocol/packets/microphone.ts";
import { endCamera } from "../cameras.ts";
import type { Context } from "../context.ts";
import { mayActOn, mayLift, memberOf } from "./access.ts";

interface RoomAndUser {
  readonly gid: Gid;
  readonly uid: Uid;
}

/**
 * Shows the raised hand to all members, including the sender. It grants nothing
 * by itself.
 */
export function raiseHand(ctx: Context, { gid }: { gid: Gid }): void {
  const found = memberOf(ctx, gid, "REQ_MIC");
  if (found === undefined || found.member.invisible) return;
  found.room.raiseHand(ctx.session.uid);
  ctx.out.room(found.room, handUp.frame({ gid, uid: ctx.session.uid }));
  handsChanged(ctx, found.room);
}

export function lowerHand(ctx: Context, { gid }: { gid: Gid }): void {
  const found = memberOf(ctx, gid, "UNREQ_MIC");
  if (found === undefined || found.member.invisible) return;
  found.room.lowerHand(ctx.session.uid);
  ctx.out.room(found.room, handDown.frame({ gid, uid: ctx.session.uid }));
  handsChanged(ctx, found.room);
}

/** Updates the queue of speakers in rooms where hands form that queue. */
function handsChanged(ctx: Context, room: Room): void {
  if (FLOOR_MODES[room.floorMode].usesHands) policyChanged(ctx, room);
}

function policyChanged(ctx: Context, room: Room): void {
  if (room.isVoice) ctx.out.voice({ what: "policy", gid: room.gid });
}

export function removeAllHands(ctx: Context, { gid }: { gid: Gid }): void {
  const found = memberOf(ctx, gid, "REMOVE_ALL_HANDS", { admin: true });
  if (found === undefined) return;
  const { room } = found;
  for (const uid of room.hands.splice(0)) {
    ctx.out.room(room, handDown.frame({ gid, uid }));
  }
  handsChanged(ctx, room);
}

/** The admin's own screen changes only when this answer arrives. */
export function redDot(ctx: Context, { gid, uid }: RoomAndUser): void {
  const found = dotting(ctx, "RED_DOT", gid, uid);
  if (found === undefined) return;
  const { room, members, spared } = found;
  for (const { session } of members) {
    room.addRedDot(session.uid, ctx.session.level);
  }
  ctx.audit({ action: "room red-dot", target: `${gid} ${uid}` });
  ctx.out.room(room, redDotOn.frame({ gid, uid }));
  // The frame for everybody also marks the spared members, even on their own
  // screens, so they are unmarked again.
  for (const { session } of spared) {
    if (!room.maySpeak(session.uid)) continue;
    ctx.out.room(room, redDotOff.frame({ gid, uid: session.uid }));
  }
  endDottedVideo(ctx, room);
  policyChanged(ctx, room);
}

/** Also grants the microphone to one member. */
export function unredDot(ctx: Context, { gid, uid }: RoomAndUser): void {
  const found = dotting(ctx, "UNRED_DOT", gid, uid);
  if (found === undefined) return;
  const { room, members, spared } = found;
  for (const member of members) {
    room.redDots.delete(member.session.uid);
    member.mic = true;
  }
  ctx.audit({ action: "room unred-dot", target: `${gid} ${uid}` });
  ctx.out.room(room, redDotOff.frame({ gid, uid }));
  const muted = members.filter(({ session }) => session.mute !== undefined);
  for (const { session } of [...spared, ...muted]) {
    ctx.out.room(room, redDotOn.frame({ gid, uid: session.uid }));
  }
  policyChanged(ctx, room);
}

interface Dotting {
  readonly room: Room;
  /** The members that the packet applies to. */
  readonly members: readonly Member[];
  /** The members that a packet for everybody must leave unchanged. */
  readonly spared: readonly Member[];
}

/**
 * Returns the members that a red-dot packet applies to: one, or everybody for
 * FFFFFFFF.
 */
function dotting(
  ctx: Context,
  packet: "RED_DOT" | "UNRED_DOT",
  gid: Gid,
  uid: Uid,
): Dotting | undefined {
  const found = memberOf(ctx, gid, packet, { admin: true });
  if (found === undefined) return undefined;
  const { room } = found;
  if (uid === EVERYBODY) {
    const { true: members = [], false: spared = [] } = Object.groupBy(
      room.members.values(),
      ({ session }) =>
        String(
          packet === "RED_DOT"
            ? mayActOn(ctx, room, session.uid)
            : (room.redDots.get(session.uid) ?? 0) <= ctx.session.level,
        ) as "true" | "false",
    );
    return { room, members, spared: spared.filter((one) => !one.invisible) };
  }
  const member = room.members.get(uid);
  if (member === undefined || member.invisible) {
    ctx.refuse(packet, "This user is not in the room.");
    return undefined;
  }
  if (packet === "RED_DOT" && !mayActOn(ctx, room, uid)) {
    const { nickname } = member.session;
    ctx.refuse(packet, `You cannot do this to ${nickname}.`);
    return undefined;
  }
  if (packet === "UNRED_DOT" && !mayLift(ctx, packet, room.redDots.get(uid))) {
    return undefined;
  }
  return { room, members: [member], spared: [] };
}

/**
 * Gives the microphone to everybody, or takes it from everybody, except the
 * admin who sent this. A repeated packet changes nothing more.
 */
export function toggleAllMics(
  ctx: Context,
  { gid, on }: { gid: Gid; on: boolean },
): void {
  const found = memberOf(ctx, gid, "TOGGLE_ALL_MICS", { admin: true });
  if (found === undefined) return;
  const { room } = found;
  const except = ctx.session.uid;
  const above: Uid[] = [];
  for (const [uid, member] of room.members) {
    if (uid === except) continue;
    // This includes the owner: it is no punishment, and the owner can give the
    // microphones back.
    if (on || !member.session.isStaff || mayActOn(ctx, room, uid)) {
      member.mic = on;
    } else if (!member.invisible && room.maySpeak(uid)) above.push(uid);
  }
  ctx.audit({ action: "room all-mics", target: String(gid), after: `${on}` });
  ctx.out.room(room, micsToggled.frame({ gid, on, except }));
  // The frame can name only one exception, but these members keep their
  // microphones too.
  for (const uid of above) ctx.out.room(room, redDotOff.frame({ gid, uid }));
  // A client takes this frame for the end of its red dot, but the dot remains,
  // so it is sent again. Twelve bytes cause a frame for everybody about
  // everybody, which is why the moderation rate counts this packet too.
  const dotted = new Set(room.redDots.keys());
  for (const session of ctx.world.muted) dotted.add(session.uid);
  for (const uid of on ? dotted : []) {
    if (room.members.get(uid)?.invisible === false) {
      ctx.out.room(room, redDotOn.frame({ gid, uid }));
    }
  }
  policyChanged(ctx, room);
}

/**
 * Records that the client ignores a member: the client hides the text by
 * itself, and the relay withholds the voice.
 */
export function ignoreMember(
  ctx: Context,
  { gid, uid, on }: RoomAndUser & { on: boolean },
): void {
  const found = memberOf(ctx, gid, "IGNORE_MEMBER");
  if (found === undefined) return;
  const { room, member } = found;
  if (on) {
    if (room.members.has(uid)) member.ignoring.add(uid);
  } else member.ignoring.delete(uid);
  policyChanged(ctx, room);
}

/** Ends the video of members with a red dot, in rooms configured that way. */
export function endDottedVideo(ctx: Context, room: Room): void {
  if (!room.redDotVideo) return;
  for (const member of room.members.values()) {
    if (room.isMuted(member.session)) endCamera(ctx, member.session.uid, true);
  }
}

/**
 * Where hands form a queue, a member who begins to speak has used their turn.
 */
export function takeTurn(ctx: Context, gid: Gid, uid: Uid): void {
  const room = ctx.world.rooms.get(gid);
  if (room === undefined || !FLOOR_MODES[room.floorMode].usesHands) return;
  if (!room.lowerHand(uid)) return;
  ctx.out.room(room, handDown.frame({ gid, uid }));
  handsChanged(ctx, room);
}

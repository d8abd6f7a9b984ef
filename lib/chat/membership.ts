/**
 * Entering and leaving rooms: the only places where a room's members change
 * (docs/protocol.md, "Rooms").
 *
 * @module
 */
import type { Member, Room } from "../domain/room.ts";
import type { Session } from "../domain/session.ts";
import {
  banner,
  systemLine,
  welcomeLine,
} from "../protocol/packets/messages.ts";
import {
  roomClosed,
  roomJoined,
  roomMediaServer,
  roomUserLeft,
} from "../protocol/packets/rooms.ts";
import {
  roomUserJoined,
  roomUserListFrames,
} from "../protocol/packets/members.ts";
import { encodeText } from "../protocol/windows1252.ts";
import { endRoomVideo, entriesFor, leaveVideo } from "./cameras.ts";
import type { Context } from "./context.ts";
import { ghostsOf } from "./ghosts.ts";
import { welcomeBack } from "./returning.ts";

const RATINGS: Record<string, string> = {
  G: "This room is rated G: suitable for everyone.",
  A: "This room is rated A: adults only, please.",
  R: "This room is rated R: restricted, not for everyone's ears.",
};

export interface EnterAs {
  readonly admin: boolean;
  readonly invisible: boolean;
}

/**
 * Adds a session to a room and tells both sides, in the order that clients
 * need.
 */
export function enterRoom(
  ctx: Context,
  room: Room,
  session: Session,
  as: EnterAs,
): void {
  // A client is in one voice room at a time, but others may not know that.
  if (room.isVoice) {
    for (const other of ctx.world.roomsOf(session)) {
      if (other.isVoice && other !== room) {
        ctx.out.send(
          session,
          roomClosed.frame({
            gid: other.gid,
            by: 0,
            text: `You left ${other.name} for another voice room.`,
          }),
        );
        leaveRoom(ctx, other, session);
      }
    }
  }
  let member = room.members.get(session.uid);
  const isNew = member === undefined;
  if (member === undefined) {
    ctx.services.settleRoom(room);
    member = room.add(session, as);
    member.mic = ctx.world.expected?.placeOf(room.gid, session.uid)?.mic ??
      member.mic;
    if (ctx.world.handingOver) {
      ctx.world.expected?.member(room.gid, session.uid, member);
    }
    ctx.log.info("joined", { ...whoOf(session), room: room.gid });
  }
  showRoom(ctx, room, member);
  if (isNew && !member.invisible) {
    ctx.out.room(
      room,
      roomUserJoined.frame([room.memberEntry(member)]),
      session.uid,
    );
  }
  if (room.isVoice) {
    ctx.out.voice({ what: "joined", gid: room.gid, uid: session.uid });
    announceMediaServer(ctx, room, session);
  }
  welcomeBack(ctx, room, session);
}

/** Sends a member the room's window, its texts and its list. */
function showRoom(ctx: Context, room: Room, member: Member): void {
  const { session } = member;
  const { gid } = room;
  const send = (frame: Uint8Array) => ctx.out.send(session, frame);
  const hasVideo = ctx.services.videoPort() !== null && room.video;
  send(roomJoined.frame(room.joined(member, hasVideo)));
  send(systemLine(gid, RATINGS[room.rating] ?? RATINGS["G"]!));
  send(welcomeLine(gid, welcomeText(ctx, room, session)));
  send(bannerFrame(ctx, room));
  const ghosts = ghostsOf(ctx, room, session);
  if (ghosts !== undefined) send(ghosts);
  // An invisible member is on no list, not even their own.
  const entries = entriesFor(ctx, session, room.memberEntries());
  if (entries.length > 0) send(roomUserListFrames(entries));
}

/**
 * Shows a member to the others again. A client ignores a record that it has
 * already, so the member is removed first (docs/protocol.md, "Rooms").
 */
export function showAnew(ctx: Context, room: Room, { uid }: Session): void {
  const member = room.members.get(uid);
  if (member === undefined || member.invisible) return;
  ctx.out.room(room, roomUserLeft.frame({ gid: room.gid, uid }), uid);
  const entry = room.memberEntry(member);
  if (!entry.publishing) {
    ctx.out.room(room, roomUserJoined.frame([entry]), uid);
    return;
  }
  for (const { session } of room.members.values()) {
    if (session.uid === uid) continue;
    const shown = entriesFor(ctx, session, [entry]);
    ctx.out.send(session, roomUserJoined.frame(shown));
  }
}

function welcomeText(ctx: Context, room: Room, session: Session): string {
  const text = room.welcome || ctx.settings.server.welcome ||
    "Hello {nick}, welcome to {room}.";
  return text.replaceAll(
    /\{(nick|room)\}/g,
    (_, what) => what === "nick" ? session.nickname : room.name,
  );
}

/** Sends the banner to all members, including the one who set it. */
export function showBanner(ctx: Context, room: Room): void {
  ctx.out.room(room, bannerFrame(ctx, room));
}

/**
 * Returns the admins' banner as they wrote it, or a default one when it is
 * empty.
 */
function bannerFrame(ctx: Context, room: Room): Uint8Array {
  const text = room.banner || `${room.name} on ${ctx.settings.server.name}`;
  return banner.frame({ gid: room.gid, uid: 0, text: encodeText(text) });
}

/** Tells a member of a voice room where to connect for voice. */
export function announceMediaServer(
  ctx: Context,
  room: Room,
  session: Session,
): void {
  const place = ctx.services.media.voiceFor(room.gid, session);
  if (place === undefined) {
    ctx.log.warn("no IPv4 address to announce for voice", whoOf(session));
    return;
  }
  ctx.out.send(
    session,
    roomMediaServer.frame({
      gid: room.gid,
      address: place.address,
      udpPort: place.port,
      tcpPort: place.port,
    }),
  );
}

/**
 * How long an empty temporary room waits for members whose connection was lost.
 */
const WAIT_MS = 60_000;

/**
 * Removes a session from a room. An empty temporary room is closed; when its
 * last member's connection was lost, it first waits for that member.
 */
export function leaveRoom(
  ctx: Context,
  room: Room,
  session: Session,
  how: "gone" | "lost" = "gone",
): void {
  ctx.services.settleRoom(room);
  const member = room.remove(session.uid);
  if (member === undefined) return;
  if (how === "gone") ctx.world.expected?.left(room.gid, session.uid);
  leaveVideo(ctx, room, session);
  ctx.log.info("left", { ...whoOf(session), room: room.gid });
  if (room.isVoice) {
    ctx.out.voice({ what: "left", gid: room.gid, uid: session.uid });
  }
  if (!member.invisible) {
    room.departed.add(session.uid, ctx.now);
    ctx.out.room(
      room,
      roomUserLeft.frame({ gid: room.gid, uid: session.uid }),
    );
  }
  if (room.permanent) return;
  if (how === "lost") room.lost.add(session.uid);
  if (room.members.size > 0) return;
  const waits = how === "lost" || ctx.world.expected?.hasMembers(room.gid);
  if (waits) room.waitingSince = ctx.world.expected?.until ?? ctx.steady;
  else dropRoom(ctx, room);
}

/** Closes the rooms that have waited long enough. */
export function dropWaitingRooms(ctx: Context): void {
  for (const room of [...ctx.world.rooms.values()]) {
    if (room.waitingSince === undefined) continue;
    if (ctx.steady - room.waitingSince > WAIT_MS) dropRoom(ctx, room);
  }
}

/** Closes every window of a room and empties it. */
export function closeRoom(
  ctx: Context,
  room: Room,
  by: number,
  sentence: string,
): void {
  endRoomVideo(ctx, room, false);
  ctx.services.settleRoom(room);
  const frame = roomClosed.frame({ gid: room.gid, by, text: sentence });
  for (const { session } of [...room.members.values()]) {
    ctx.out.send(session, frame);
    room.remove(session.uid);
  }
  ctx.out.voice({ what: "closed", gid: room.gid });
  if (!room.permanent) dropRoom(ctx, room);
}

export function dropRoom(ctx: Context, room: Room): void {
  if (ctx.world.rooms.get(room.gid) !== room) return;
  ctx.world.rooms.delete(room.gid);
  if (room.isVoice) ctx.out.voice({ what: "closed", gid: room.gid });
  ctx.log.info("room ended", { room: room.gid, name: room.name });
}

export function whoOf(session: Session): Record<string, unknown> {
  return {
    session: session.id,
    uid: session.uid,
    nickname: session.nickname,
  };
}

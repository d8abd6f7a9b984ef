/**
 * Webcams in rooms: publishing, stopping, watching (docs/protocol.md, "Room
 * video").
 *
 * @module
 */
import { muteSentence } from "../../actions/mutes.ts";
import { maySee } from "../../domain/cameras.ts";
import type { Room } from "../../domain/room.ts";
import type { Session } from "../../domain/session.ts";
import type { Gid, Uid } from "../../domain/store.ts";
import { CAMERA, roomVideo } from "../../protocol/packets/room_video.ts";
import {
  endCamera,
  endView,
  grantView,
  signalCamera,
  videoPlace,
} from "../cameras.ts";
import type { Context } from "../context.ts";
import { memberOf } from "./access.ts";

const NO_SERVER = "This server does not carry video.";
const NO_ADDRESS = "This server has no IPv4 address for video.";
const NOT_HERE = "Video is turned off in this room.";
const ELSEWHERE =
  "You already publish or watch video in another room. Close it there first.";

/** Returns why this member may not use video in this room, or undefined. */
function whyNoVideo(ctx: Context, room: Room): string | undefined {
  if (ctx.services.videoPort() === null) return NO_SERVER;
  if (!room.video) return NOT_HERE;
  const elsewhere = ctx.world.cameras.roomOf(ctx.session.uid);
  if (elsewhere !== undefined && elsewhere !== room) return ELSEWHERE;
  return videoPlace(ctx, room.gid, ctx.session) === undefined
    ? NO_ADDRESS
    : undefined;
}

export function startPublishing(ctx: Context, { gid }: { gid: Gid }): void {
  const packet = "ROOM_START_PUBLISH_VIDEO";
  const found = memberOf(ctx, gid, packet);
  if (found === undefined) return;
  const { room, member } = found;
  const { session, now, world: { cameras } } = ctx;
  const problem = whyNoVideo(ctx, room) ?? whyNotPublish(ctx, room);
  if (problem !== undefined) return ctx.refuse(packet, problem);
  if (member.invisible) {
    return ctx.refuse(packet, "Nobody can see the video of invisible members.");
  }
  // A second request changes nothing: another VIDEO_PUBLISH_TO would start a
  // second sending loop in the client.
  const camera = cameras.of(session.uid) ?? cameras.open(session, room, now);
  signalCamera(ctx, camera);
}

function whyNotPublish(ctx: Context, room: Room): string | undefined {
  const { session, now, settings, world: { cameras } } = ctx;
  if (session.mute !== undefined) return muteSentence(session.mute);
  if (room.redDotVideo && room.isMuted(session)) {
    return "You have a red dot and cannot show video here.";
  }
  if (cameras.isBarred(session.uid, now)) {
    return "Staff of this server have stopped your video for a while.";
  }
  const isNew = cameras.of(session.uid) === undefined;
  if (isNew && cameras.size >= settings.limits.video_publishers) {
    return "Too many people show video at the moment. Please try again later.";
  }
  return undefined;
}

export function stopPublishing(ctx: Context, { gid }: { gid: Gid }): void {
  // The client also sends this after the room has closed its window.
  const camera = ctx.world.cameras.of(ctx.session.uid);
  if (camera?.session !== ctx.session || camera.room.gid !== gid) return;
  endCamera(ctx, ctx.session.uid, false);
}

export function watch(
  ctx: Context,
  { uid, gid }: { uid: Uid; gid: Gid },
): void {
  const packet = "VIEW_VIDEO";
  // The client crashes on an answer when its window is not open.
  const found = memberOf(ctx, gid, packet);
  if (found === undefined) return;
  const { session, world: { cameras } } = ctx;
  const problem = whyNoVideo(ctx, found.room);
  if (problem !== undefined) return ctx.refuse(packet, problem);
  const camera = cameras.of(uid);
  const isShown = camera?.live && camera.room === found.room &&
    maySee(session, camera.session);
  if (!isShown) {
    // Closes the empty view without revealing a block.
    return ctx.reply(roomVideo.frame({ gid, uid, state: CAMERA.off }));
  }
  const full = whyNotMore(ctx, session, uid);
  if (full !== undefined) return ctx.refuse(packet, full);
  grantView(ctx, session, camera);
}

function whyNotMore(
  { settings: { limits }, world: { cameras } }: Context,
  viewer: Session,
  publisher: Uid,
): string | undefined {
  if (cameras.view(viewer.uid, publisher) !== undefined) return undefined;
  if (cameras.viewsOf(viewer.uid).length >= limits.video_views) {
    return `You can watch ${limits.video_views} people at a time.`;
  }
  const viewers = cameras.of(publisher)?.views.size ?? 0;
  return viewers >= limits.video_viewers
    ? "Too many people watch this video already."
    : undefined;
}

/**
 * Ignores the room number: after leaving, the client sends only 16 bits of it.
 */
export function stopWatching(ctx: Context, { uid }: { uid: Uid }): void {
  endView(ctx, ctx.session.uid, uid);
}

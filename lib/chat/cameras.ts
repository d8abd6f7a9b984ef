/**
 * Sends what room members see of webcams, and what the clients that publish and
 * watch must know (docs/protocol.md, "Room video").
 *
 * @module
 */
import { type Camera, maySee, type View } from "../domain/cameras.ts";
import type { Room } from "../domain/room.ts";
import type { Session } from "../domain/session.ts";
import type { Gid, Uid } from "../domain/store.ts";
import type { MemberEntry } from "../protocol/packets/members.ts";
import {
  CAMERA,
  roomVideo,
  videoPause,
  videoPublishTo,
  videoViewFrom,
} from "../protocol/packets/room_video.ts";
import type { Context, MediaPlace } from "./context.ts";

function icon(room: Room, uid: Uid, on: boolean): Uint8Array {
  const state = on ? CAMERA.on : CAMERA.off;
  return roomVideo.frame({ gid: room.gid, uid, state });
}

/** Returns the members who must not see this camera, because of a block. */
function hiddenFrom(ctx: Context, { session }: Camera): ReadonlySet<Uid> {
  const blockers = ctx.world.blockers(session.uid) ?? [];
  return new Set([...session.blocks, ...blockers]);
}

/**
 * Returns the address and port that a client is given for video. A client
 * behind a WebSocket never connects to it, but the packet needs one.
 */
export function videoPlace(
  { services }: Context,
  gid: Gid,
  session: Session,
): MediaPlace | undefined {
  const place = services.media.videoFor(gid, session);
  const port = services.videoPort();
  if (place !== undefined || !session.overWebSocket || port === null) {
    return place;
  }
  return { address: "127.0.0.1", port };
}

/** Shows the camera icon to the room, after the first picture. */
export function showCamera(ctx: Context, camera: Camera): void {
  const { room, uid } = camera;
  const member = room.members.get(uid);
  if (camera.live || member === undefined) return;
  camera.live = true;
  member.publishing = true;
  ctx.log.info("publishes video", { ...ctx.who, uid, room: room.gid });
  ctx.out.room(room, icon(room, uid, true), hiddenFrom(ctx, camera));
  signalCamera(ctx, camera);
}

/**
 * Ends a user's picture on every screen. The client stays in the room with its
 * button on unless the user has left or stopped; `told` is false then.
 */
export function endCamera(ctx: Context, uid: Uid, told: boolean): void {
  const { cameras } = ctx.world;
  const wasSending = cameras.of(uid)?.sending ?? false;
  const camera = cameras.close(uid, ctx.now);
  if (camera === undefined) return;
  const { room, session } = camera;
  const member = room.members.get(uid);
  if (member !== undefined) member.publishing = false;
  if (camera.live) {
    const hidden = hiddenFrom(ctx, camera);
    const frame = icon(room, uid, false);
    // One by one, because a room that closes has no members at the end of the
    // turn.
    for (const { session: other } of room.members.values()) {
      if (!hidden.has(other.uid)) ctx.out.send(other, frame);
    }
  }
  if (told && wasSending) ctx.out.send(session, videoPause.frame({}));
  ctx.out.video({ what: "camera ended", camera });
}

/** Grants a view, and tells the viewer where the pictures are. */
export function grantView(ctx: Context, viewer: Session, camera: Camera): void {
  const { uid, room: { gid } } = camera;
  const place = videoPlace(ctx, gid, viewer);
  if (place === undefined) return;
  const before = ctx.world.cameras.view(viewer.uid, uid);
  if (before !== undefined) ctx.out.video({ what: "view ended", view: before });
  ctx.world.cameras.watch(viewer, camera, ctx.now);
  ctx.out.send(
    viewer,
    videoViewFrom.frame({
      uid,
      gid,
      address: place.address,
      videoPort: place.port,
    }),
  );
  signalCamera(ctx, camera);
}

/** Ends a view that the viewer's client has closed already. */
export function endView(ctx: Context, viewer: Uid, publisher: Uid): void {
  const view = ctx.world.cameras.unwatch(viewer, publisher);
  if (view === undefined) return;
  ctx.out.video({ what: "view ended", view });
  signalCamera(ctx, view.camera);
}

/** Closes a view on the viewer's screen. */
function closeView(ctx: Context, { viewer, camera }: View): void {
  endView(ctx, viewer.uid, camera.uid);
  ctx.out.send(viewer, icon(camera.room, camera.uid, false));
}

/** Ends what a session publishes and watches in a room that it is leaving. */
export function leaveVideo(ctx: Context, room: Room, { uid }: Session): void {
  const { cameras } = ctx.world;
  if (cameras.of(uid)?.room === room) endCamera(ctx, uid, false);
  for (const { camera } of cameras.viewsOf(uid)) {
    if (camera.room === room) endView(ctx, uid, camera.uid);
  }
}

/** Ends every picture of a room that was closed or no longer allows video. */
export function endRoomVideo(ctx: Context, room: Room, told: boolean): void {
  for (const camera of [...ctx.world.cameras.all()]) {
    if (camera.room === room) endCamera(ctx, camera.uid, told);
  }
}

/** Tells a publisher's client to send or to pause, when that is due. */
export function signalCamera(ctx: Context, camera: Camera): void {
  const { cameras } = ctx.world;
  if (cameras.of(camera.uid) !== camera) return;
  if (camera.isWanted === camera.sending) return;
  const { gid } = camera.room;
  const place = videoPlace(ctx, gid, camera.session);
  if (place === undefined) return;
  const signal = cameras.signal(camera, ctx.now);
  if (signal === "pause") {
    ctx.out.send(camera.session, videoPause.frame({}));
  } else if (signal === "send") {
    const { address, port: videoPort } = place;
    const frame = videoPublishTo.frame({ gid, address, videoPort });
    ctx.out.send(camera.session, frame);
  }
}

/** Sends the signals that had to wait. */
export function signalCameras(ctx: Context): void {
  for (const camera of ctx.world.cameras.all()) signalCamera(ctx, camera);
}

/**
 * One of the two has blocked or unblocked the other: while there is a block
 * neither sees the other's picture.
 */
export function videoBlockChanged(
  ctx: Context,
  one: Session,
  other: Session,
): void {
  const { cameras } = ctx.world;
  const visible = maySee(one, other);
  for (const [viewer, publisher] of [[one, other], [other, one]] as const) {
    const camera = cameras.of(publisher.uid);
    const isConcerned = camera?.live && camera.room.members.has(viewer.uid);
    if (!isConcerned) continue;
    const view = cameras.view(viewer.uid, publisher.uid);
    if (view !== undefined && !visible) closeView(ctx, view);
    else ctx.out.send(viewer, icon(camera.room, camera.uid, visible));
  }
}

/**
 * Returns member records as this viewer may see them: without the camera icon
 * where there is a block.
 */
export function entriesFor(
  ctx: Context,
  viewer: Session,
  entries: readonly MemberEntry[],
): readonly MemberEntry[] {
  if (ctx.world.cameras.size === 0) return entries;
  return entries.map((entry) => {
    if (!entry.publishing) return entry;
    const publisher = ctx.online(entry.uid);
    const visible = publisher !== undefined && maySee(viewer, publisher);
    return visible ? entry : { ...entry, publishing: false };
  });
}

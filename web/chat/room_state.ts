/**
 * Applies packets to an open room: microphones, raised hands, admins, cameras.
 *
 * @module
 */
import type { MemberEntry } from "../../lib/protocol/packets/members.ts";
import {
  handDown,
  handUp,
  micsToggled,
  redDotOff,
  redDotOn,
} from "../../lib/protocol/packets/microphone.ts";
import {
  madeAdmin,
  memberAdmin,
  roomAdminInfo,
} from "../../lib/protocol/packets/moderation.ts";
import {
  CAMERA,
  roomVideo,
  videoPause,
  videoPublishTo,
  videoViewFrom,
} from "../../lib/protocol/packets/room_video.ts";
import { type Handler, inRoom, on } from "./handling.ts";
import type { Room } from "./model.ts";

const EVERYBODY = 0xffffffff;

function update(room: Room, uid: number, change: Partial<MemberEntry>): void {
  const uids = uid === EVERYBODY ? [...room.members.keys()] : [uid];
  for (const one of uids) {
    const member = room.members.get(one);
    if (member) room.members.set(one, { ...member, ...change });
  }
}

export const ROOM_STATE_HANDLERS: readonly (readonly [number, Handler])[] = [
  inRoom(redDotOn, ({ model }, room, { uid }) => {
    room.redDots.add(uid);
    update(room, uid, { mic: false });
    if (uid === EVERYBODY) model.speaking.delete(room.gid);
    else model.speaks(room.gid, uid, false);
  }),
  inRoom(redDotOff, (_ports, room, { uid }) => {
    if (uid === EVERYBODY) room.redDots.clear();
    else room.redDots.delete(uid);
    update(room, uid, { mic: true });
  }),
  inRoom(micsToggled, (_ports, room, { on, except }) => {
    for (const uid of room.members.keys()) {
      if (uid !== except) update(room, uid, { mic: on });
    }
  }),
  inRoom(handUp, (_ports, room, { uid }) => {
    const last = Math.max(0, ...[...room.members.values()].map((m) => m.hand));
    update(room, uid, { hand: last + 1 });
  }),
  inRoom(handDown, (_ports, room, { uid }) => update(room, uid, { hand: 0 })),
  inRoom(madeAdmin, (_ports, room) => {
    room.admin = true;
  }),
  inRoom(memberAdmin, ({ model }, room, { uid, on }) => {
    update(room, uid, { admin: on });
    if (uid === model.me.uid) room.admin = on;
  }),
  inRoom(roomAdminInfo, (_ports, room, info) => {
    room.console = info;
  }),
  inRoom(roomVideo, (ports, room, { uid, state }) => {
    if (state === CAMERA.off) {
      room.cameras.delete(uid);
      ports.video?.cameraOff(uid);
    } else room.cameras.add(uid);
  }),
  on(videoPublishTo, ({ video }) => video?.publish()),
  on(videoPause, ({ video }) => video?.pause()),
  on(videoViewFrom, ({ video }, { uid }) => video?.granted(uid)),
];

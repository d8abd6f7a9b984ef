/**
 * Descriptions of sessions and rooms for commands and pages.
 *
 * @module
 */
import type {
  MemberInfo,
  RoomInfo,
  SessionInfo,
  WebcamInfo,
} from "../ops/live.ts";
import type { Camera } from "../domain/cameras.ts";
import type { Room } from "../domain/room.ts";
import type { VideoServer } from "../video/server.ts";
import type { VoiceStats } from "../voice/server.ts";
import type { Services } from "../chat/context.ts";
import type { Line } from "../chat/edge/line.ts";

export function sessionInfo(
  line: Line,
  { clock, steady }: Pick<Services, "clock" | "steady">,
): SessionInfo {
  const { session } = line;
  // The wall clock may have stepped since, so ages are measured by the steady
  // clock.
  const wall = (at: number) => clock() - (steady() - at);
  const online = session.phase === "online";
  return {
    id: session.id,
    uid: online ? session.uid : null,
    nickname: online ? session.nickname : null,
    role: online ? session.account.role : "user",
    address: session.address,
    port: line.port,
    connectedAt: wall(line.openedAt),
    lastPacketAt: wall(line.lastPacketAt),
    clientVersion: session.clientVersion,
    phase: online ? "online" : session.phase === "hello" ? "login" : "hello",
    away: online && session.isAway,
    rooms: [...session.rooms],
    queuedBytes: line.queuedBytes,
    packetsIn: line.packetsIn,
    packetsOut: line.packetsOut,
  };
}

export function roomInfo(room: Room, voice: VoiceStats): RoomInfo {
  const relayed = voice.rooms.find(({ gid }) => gid === room.gid);
  const transports = new Map(
    relayed?.listeners.map(({ uid, transport }) => [uid, transport]),
  );
  const members = [...room.members].map(([uid, member]): MemberInfo => ({
    uid,
    nickname: member.session.nickname,
    admin: member.admin,
    invisible: member.invisible,
    mic: member.mic,
    redDot: room.redDots.has(uid),
    hand: room.hands.includes(uid),
    voice: transports.get(uid) ?? "none",
  }));
  return {
    gid: room.gid,
    name: room.name,
    category: room.category,
    type: room.type,
    rating: room.rating,
    permanent: room.permanent,
    locked: room.isLocked,
    owner: room.owner,
    members,
    talker: relayed?.speaking[0] ?? null,
  };
}

export function webcamInfo(
  camera: Camera,
  video: VideoServer | undefined,
): WebcamInfo {
  const { session, room, since, live, sending, views } = camera;
  return {
    uid: session.uid,
    nickname: session.nickname,
    gid: room.gid,
    room: room.name,
    since,
    live,
    sending,
    viewers: views.size,
    ...(video?.received(camera) ?? { pictures: 0, bytes: 0 }),
  };
}

/**
 * Table of how each packet of the server changes the model.
 *
 * @module
 */
import type { Frame } from "../../lib/protocol/frame.ts";
import type { Packet } from "../../lib/protocol/layout.ts";
import {
  searchError,
  searchResponse,
} from "../../lib/protocol/packets/directory.ts";
import {
  categoryCount,
  categoryList,
  roomList,
} from "../../lib/protocol/packets/lists.ts";
import {
  type MemberEntry,
  roomUserJoined,
  roomUserList,
} from "../../lib/protocol/packets/members.ts";
import {
  announcement,
  banner,
  imIn,
  newStyleIm,
  profileMessageIn,
  roomMessageIn,
  userInfo,
  WELCOME_UID,
} from "../../lib/protocol/packets/messages.ts";
import {
  blockedBuddies,
  blockResult,
  buddyList,
  statusChange,
} from "../../lib/protocol/packets/pals.ts";
import {
  startPublishVideo,
  viewVideo,
} from "../../lib/protocol/packets/room_video.ts";
import {
  inviteIn,
  roomClosed,
  roomJoined,
  roomMediaServer,
  roomUserLeft,
} from "../../lib/protocol/packets/rooms.ts";
import { feedback, userData } from "../../lib/protocol/packets/signon.ts";
import {
  maintenanceKick,
  serverError,
} from "../../lib/protocol/packets/system.ts";
import {
  callOffer,
  callRefuse,
  type Offer,
  videoOffer,
  videoRefuse,
  xferOffer,
  xferRefuse,
} from "../../lib/protocol/packets/transfers.ts";
import { decodeText } from "../../lib/protocol/windows1252.ts";
import { type Handler, inRoom, on, type PacketPorts } from "./handling.ts";
import type { Line, Model, Room } from "./model.ts";
import { ROOM_STATE_HANDLERS } from "./room_state.ts";
import { whisperIn } from "./text.ts";

const MOST_LINES = 2000;
const VOICE_TYPES = new Set([1, 2, 3, 4]);
/** Type of the packet by which the server refuses a LOGIN. */
const LOGIN = -1148;

function addMembers({ model }: PacketPorts, members: readonly MemberEntry[]) {
  for (const member of members) {
    const room = model.rooms.get(member.gid);
    if (room === undefined) continue;
    room.members.set(member.uid, member);
    if (member.publishing) room.cameras.add(member.uid);
    model.names.set(member.uid, member.nickname);
  }
}

/** Adds a line to a room or conversation, and drops the oldest lines. */
export function addLine(
  model: Model,
  place: { readonly lines: Line[]; unread: number },
  line: Omit<Line, "id" | "at">,
): Line {
  const whole = { id: model.nextId(), at: new Date(), ...line };
  place.lines.push(whole);
  if (place.lines.length > MOST_LINES) place.lines.shift();
  const seen = model.current() === place && document.hasFocus();
  if (!line.own && line.kind !== "notice" && !seen) place.unread++;
  return whole;
}

function roomLine(
  ports: PacketPorts,
  room: Room,
  { uid, text }: { uid: number; text: Uint8Array },
): void {
  const { model } = ports;
  if (room.ignored.has(uid)) return;
  const words = decodeText(text);
  const whisper = whisperIn(words);
  const line = addLine(model, room, {
    uid,
    name: uid === 0
      ? "Paltalk"
      : uid === WELCOME_UID
      ? "Welcome"
      : model.nameOf(uid),
    text: whisper ?? words,
    kind: uid === WELCOME_UID
      ? "welcome"
      : uid === 0
      ? "notice"
      : whisper === undefined
      ? "said"
      : "whisper",
    own: uid === model.me.uid,
    delivery: "sent",
  });
  const isPersonal = line.kind === "whisper";
  if (uid !== 0 && uid !== WELCOME_UID) {
    ports.heard(line, isPersonal ? undefined : room.gid);
  }
}

function message(
  ports: PacketPorts,
  from: number,
  text: Uint8Array,
  kind: "said" | "profile" = "said",
): void {
  const { model } = ports;
  if (!model.names.has(from) && !model.pals.has(from)) ports.askAbout(from);
  const line = addLine(model, model.conversation(from), {
    uid: from,
    name: model.nameOf(from),
    text: decodeText(text),
    kind,
    own: false,
    delivery: "sent",
  });
  ports.heard(line, undefined);
}

/**
 * Declines files and calls, which only old clients support, so that the other
 * side does not wait.
 */
function refuse(
  { model, send }: PacketPorts,
  { uid, nickname }: Offer,
  what: string,
  refusal: Packet<{ readonly uid: number }>,
): void {
  send(refusal, { uid });
  model.names.set(uid, nickname);
  model.notice(
    `${nickname} offered ${what}. It was refused: ` +
      "this page takes messages and the voice of rooms only.",
    "Not possible in the browser",
  );
}

const HANDLERS: ReadonlyMap<number, Handler> = new Map<number, Handler>([
  on(userData, ({ model }, { paid, admin, ...person }) => {
    const { uid, nickname, first, last, email } = person;
    const mayHide = paid !== "" || admin > 0;
    model.me = { uid, nickname, mayHide, first, last, email };
  }),
  on(categoryList, ({ model }, categories) => {
    model.categories = categories;
  }),
  on(categoryCount, (ports, counts) => {
    ports.model.counts.clear();
    for (const { code, rooms } of counts) ports.model.counts.set(code, rooms);
    ports.confirmed();
  }),
  on(roomList, ({ model }, { category, rooms }) => {
    model.lists.set(category, rooms);
  }),
  on(buddyList, ({ model }, people) => {
    for (const person of people) {
      const status = model.pals.get(person.uid)?.status ?? 0;
      model.pals.set(person.uid, { ...person, status });
      model.names.set(person.uid, person.nickname);
    }
  }),
  on(blockedBuddies, ({ model }, people) => {
    model.blocked.clear();
    for (const one of people) model.blocked.set(one.uid, one.nickname);
  }),
  on(blockResult, ({ model }, { text }) => {
    model.notice(text, "Block failed");
  }),
  on(statusChange, ({ model }, { uid, status }) => {
    const pal = model.pals.get(uid);
    if (pal !== undefined) pal.status = status;
  }),
  on(roomJoined, (ports, joined) => {
    const { model } = ports;
    const before = model.rooms.get(joined.gid);
    const wish = ports.wishOf(joined.gid);
    ports.roomBack(joined.gid);
    model.rooms.set(joined.gid, {
      gid: joined.gid,
      name: joined.name,
      hasVoice: VOICE_TYPES.has(joined.type),
      hasVideo: joined.video !== 0,
      lockword: wish.lockword,
      invisible: joined.invisible,
      admin: joined.admin,
      members: new Map(),
      cameras: new Set(),
      ignored: before?.ignored ?? new Set(),
      redDots: new Set(),
      lines: model.linesOf("room", joined.gid),
      banner: "",
      unread: before?.unread ?? 0,
      console: undefined,
    });
    if (wish.invisible && !joined.invisible && before === undefined) {
      model.notice(
        "Others see you here: only staff and paid levels can be unseen.",
        joined.name,
      );
    }
    if (before === undefined) model.open({ kind: "room", gid: joined.gid });
  }),
  on(roomUserList, addMembers),
  on(roomUserJoined, addMembers),
  inRoom(roomUserLeft, ({ model }, room, { uid }) => {
    room.members.delete(uid);
    room.cameras.delete(uid);
    model.speaks(room.gid, uid, false);
  }),
  inRoom(roomClosed, (ports, room, { text }) => {
    ports.model.rooms.delete(room.gid);
    ports.roomGone(room.gid);
    ports.model.notice(text || "The room was closed.", room.name);
    const { tab } = ports.model;
    if (tab.kind === "room" && tab.gid === room.gid) {
      ports.model.open({ kind: "rooms" });
    }
  }),
  on(roomMediaServer, (ports, { gid }) => ports.voiceAt(gid)),
  inRoom(roomMessageIn, roomLine),
  inRoom(banner, (_ports, room, { text }) => {
    room.banner = decodeText(text);
  }),
  on(imIn, (ports, { from, text }) => message(ports, from, text)),
  on(newStyleIm, (ports, im) => {
    ports.model.names.set(im.uid, im.nickname);
    message(ports, im.uid, im.text);
  }),
  on(userInfo, ({ model }, { uid, nickname }) => {
    model.names.set(uid, nickname);
    // Lines that arrived before the name.
    const lines = model.conversations.get(uid)?.lines ?? [];
    lines.forEach((line, i) => {
      if (!line.own) lines[i] = { ...line, name: nickname };
    });
  }),
  on(searchResponse, (ports, people) => {
    for (const one of people) ports.model.names.set(one.uid, one.nickname);
    ports.searched(people);
  }),
  on(searchError, (ports) => ports.searched([])),
  on(xferOffer, (ports, offer) => refuse(ports, offer, "a file", xferRefuse)),
  on(callOffer, (ports, offer) => refuse(ports, offer, "a call", callRefuse)),
  on(
    videoOffer,
    (ports, offer) => refuse(ports, offer, "a video call", videoRefuse),
  ),
  on(
    profileMessageIn,
    (ports, { from, text }) => message(ports, from, text, "profile"),
  ),
  on(announcement, ({ model }, { text }) => {
    model.notice(text, "Announcement");
  }),
  on(inviteIn, ({ model }, invite) => {
    const { gid, uid } = invite;
    // A repeated invitation replaces the earlier one.
    model.invites = [
      ...model.invites.filter((one) => one.gid !== gid || one.uid !== uid),
      invite,
    ];
    model.names.set(invite.uid, invite.nickname);
  }),
  ...ROOM_STATE_HANDLERS,
  on(feedback, (ports, { to, code, text }) => {
    if (code === 0) return;
    if (to === LOGIN) return ports.farewell(text, false);
    ports.refused(to);
    if (to === startPublishVideo.type) ports.video?.refused("publish");
    if (to === viewVideo.type) ports.video?.refused("watch");
    ports.model.notice(text);
  }),
  on(serverError, (ports, { text }) => ports.farewell(text, true)),
  on(maintenanceKick, (ports, { text }) => ports.farewell(text, false)),
]);

/** Handles one frame; ignores types that this page does not use. */
export function takeFrame(ports: PacketPorts, frame: Frame): void {
  HANDLERS.get(frame.type)?.(ports, frame);
  ports.model.changed();
}

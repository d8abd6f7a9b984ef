/**
 * The state that a client keeps: pals, conversations, rooms, its microphone.
 *
 * @module
 */
import type { Frame } from "../protocol/frame.ts";
import { Malformed, type Packet } from "../protocol/layout.ts";
import { newStyleIm, userInfo } from "../protocol/packets/messages.ts";
import {
  micsToggled,
  redDotOff,
  redDotOn,
} from "../protocol/packets/microphone.ts";
import { buddyList } from "../protocol/packets/pals.ts";
import {
  roomClosed,
  type RoomJoined,
  roomJoined,
  roomMediaServer,
  roomUserLeft,
} from "../protocol/packets/rooms.ts";
import {
  type MemberEntry,
  roomUserJoined,
  roomUserList,
} from "../protocol/packets/members.ts";
import { uinResponse, userData } from "../protocol/packets/signon.ts";

const EVERYBODY = 0xffffffff;
/**
 * "Paltalk Notifier", whose messages are shown without asking for its record.
 */
const NOTIFIER = 0xffffffe4;

export interface MediaServer {
  readonly address: string;
  readonly udpPort: number;
  readonly tcpPort: number;
}

/** A room whose window is open. */
export interface OpenRoom extends RoomJoined {
  readonly members: Map<number, MemberEntry>;
  /** Typed at the join; used again when rejoining. */
  readonly lockword: string;
  /** Whether this client would transmit. */
  micOn: boolean;
}

export class ClientState {
  uid = 0;
  nickname = "";
  readonly pals = new Set<number>();
  /** Users whose messages are shown immediately. */
  readonly known = new Set<number>();
  readonly rooms = new Map<number, OpenRoom>();
  readonly media = new Map<number, MediaServer>();
  /** Lockwords of pending joins. */
  readonly lockwords = new Map<number, string>();

  /**
   * Returns whether a message of `uid` is held back until USER_INFO arrives.
   */
  isStranger(uid: number): boolean {
    return uid !== NOTIFIER && !this.pals.has(uid) && !this.known.has(uid);
  }

  /** Updates the state from a frame that has been checked. */
  learn(frame: Frame): void {
    for (const lesson of LESSONS) {
      if (lesson.packet.type !== frame.type) continue;
      const value = lesson.packet.parse(frame.payload);
      if (!(value instanceof Malformed)) lesson.learn(this, value);
    }
  }

  leave(gid: number): void {
    this.rooms.delete(gid);
    this.media.delete(gid);
  }
}

interface Lesson {
  readonly packet: Packet<unknown>;
  learn(state: ClientState, value: unknown): void;
}

function lesson<T>(
  packet: Packet<T>,
  learn: (state: ClientState, value: T) => void,
): Lesson {
  return { packet, learn } as Lesson;
}

/** Skips members that are listed already: a second record changes nothing. */
function learnMembers(state: ClientState, members: readonly MemberEntry[]) {
  for (const member of members) {
    const room = state.rooms.get(member.gid);
    if (room === undefined || room.members.has(member.uid)) continue;
    room.members.set(member.uid, member);
    if (member.uid === state.uid) room.micOn = member.mic;
  }
}

function learnMic(on: boolean) {
  return (state: ClientState, dot: { gid: number; uid: number }) => {
    const room = state.rooms.get(dot.gid);
    if (room && (dot.uid === state.uid || dot.uid === EVERYBODY)) {
      room.micOn = on;
    }
  };
}

const LESSONS: readonly Lesson[] = [
  lesson(uinResponse, (state, { uid, nickname }) => {
    state.uid = uid;
    if (nickname !== "") state.nickname = nickname;
  }),
  lesson(userData, (state, { uid, nickname }) => {
    state.uid = uid;
    state.nickname = nickname;
  }),
  lesson(buddyList, (state, people) => {
    for (const { uid } of people) state.pals.add(uid);
  }),
  lesson(userInfo, (state, { uid }) => state.known.add(uid)),
  lesson(newStyleIm, (state, { uid, force }) => {
    if (force) state.known.add(uid);
  }),
  lesson(roomJoined, (state, joined) => {
    if (state.rooms.has(joined.gid)) return;
    const lockword = state.lockwords.get(joined.gid) ?? "";
    const members = new Map<number, MemberEntry>();
    state.rooms.set(joined.gid, { ...joined, members, lockword, micOn: false });
  }),
  lesson(roomUserList, learnMembers),
  lesson(roomUserJoined, learnMembers),
  lesson(roomUserLeft, (state, { gid, uid }) => {
    state.rooms.get(gid)?.members.delete(uid);
  }),
  lesson(roomClosed, (state, { gid }) => state.leave(gid)),
  lesson(roomMediaServer, (state, { gid, ...media }) => {
    state.media.set(gid, media);
  }),
  lesson(redDotOn, learnMic(false)),
  lesson(redDotOff, learnMic(true)),
  lesson(micsToggled, (state, { gid, on, except }) => {
    const room = state.rooms.get(gid);
    if (room && except !== state.uid) room.micOn = on;
  }),
];

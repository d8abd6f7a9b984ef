/**
 * Checks a server's frames against what the real client can handle
 * (docs/protocol.md, "What breaks the client"): each frame's bytes, and the
 * order of the frames.
 *
 * @module
 */
import { SERVER_CODECS } from "../protocol/codecs.ts";
import { hex } from "../protocol/bytes.ts";
import type { Frame } from "../protocol/frame.ts";
import { hazardIn } from "../protocol/hazards.ts";
import { Malformed, type Packet } from "../protocol/layout.ts";
import {
  CLIENT_TYPES,
  nameOfServerType,
  SERVER_TYPES,
} from "../protocol/packet_types.ts";
import { searchResponse } from "../protocol/packets/directory.ts";
import {
  roomMessageIn,
  userInfo,
  WELCOME_UID,
} from "../protocol/packets/messages.ts";
import {
  roomJoined,
  roomMediaServer,
  roomUserLeft,
} from "../protocol/packets/rooms.ts";
import { roomUserList } from "../protocol/packets/members.ts";
import { videoViewFrom } from "../protocol/packets/room_video.ts";
import { videoAccepted, videoRequest } from "../protocol/packets/transfers.ts";
import { INSTANT_CATEGORY } from "../protocol/packets/signon.ts";

/** Thrown when the real client would crash, hang or show nonsense. */
export class WouldBreakClient extends Error {
  override name = "WouldBreakClient";
  constructor(readonly frame: Frame, fault: string) {
    const name = nameOfServerType(frame.type);
    super(`${name}: ${fault}; payload ${hex(frame.payload).slice(0, 400)}`);
  }
}

const types = SERVER_TYPES;
/**
 * Milliseconds: the client's loop sleeps up to 2 seconds; the rest is
 * tolerance.
 */
const RESUME_MS = 2400;
const CODECS = new Map(SERVER_CODECS.map((codec) => [codec.type, codec]));
const VOICE_TYPES: ReadonlySet<number> = new Set([1, 2, 3, 4]);

/** The client's state of a room whose window is open. */
interface Window {
  readonly type: number;
  readonly invisible: boolean;
  readonly members: Set<number>;
}

/** The rules of one signed-on client. */
export class Strictness {
  /** This client's own uid, once it is known. */
  uid = 0;
  readonly #windows = new Map<number, Window>();
  /** Rooms that the client has left, for which frames may still arrive. */
  readonly #left = new Set<number>();
  /** Number of unanswered questions about each uid. */
  readonly #asked = new Map<number, number>();
  #searching = 0;
  /**
   * Whether the sending loop is running, and the time at which it was stopped.
   */
  #sendsPictures = false;
  #pausedAt = -Infinity;
  /** Video calls offered by this client and not accepted yet. */
  readonly #calling = new Set<number>();
  #greeted = false;

  /** Records that this client has sent CLIENT_HELLO on a new connection. */
  connected(): void {
    this.#greeted = false;
    this.#sendsPictures = false;
  }

  /** Records that this client has requested the record of `uid`. */
  askedFor(uid: number): void {
    this.#asked.set(uid, (this.#asked.get(uid) ?? 0) + 1);
  }

  /**
   * Records that this client has sent a search or requested its own profile.
   */
  searched(): void {
    this.#searching++;
  }

  /** Records a packet that later answers depend on. */
  sending(type: number, payload: Uint8Array): void {
    if (type === CLIENT_TYPES.ROOM_STOP_PUBLISH_VIDEO.type) {
      this.stoppedPublishing();
    } else if (type === CLIENT_TYPES.VIDEO_REQUEST.type) {
      const call = videoRequest.parse(payload);
      if (!(call instanceof Malformed)) this.#calling.add(call.uid);
    }
  }

  /** Records that this client's picture is off, which ends its sending loop. */
  stoppedPublishing(): void {
    if (this.#sendsPictures) this.#pausedAt = performance.now();
    this.#sendsPictures = false;
  }

  /**
   * Records that this client has left a room, or that its window was closed.
   */
  leftRoom(gid: number): void {
    this.#windows.delete(gid);
    this.#left.add(gid);
  }

  /** @throws WouldBreakClient */
  check(frame: Frame): void {
    const fault = this.#order(frame) ?? hazardIn(frame.type, frame.payload) ??
      excess(frame) ?? this.#sense(frame);
    if (fault !== undefined) throw new WouldBreakClient(frame, fault);
  }

  /**
   * Checks the order: the handshake blocks until HELLO (or REDIRECT) arrives.
   */
  #order({ type }: Frame): string | undefined {
    if (this.#greeted) return undefined;
    this.#greeted = true;
    const first = type === types.HELLO.type || type === types.REDIRECT.type;
    return first ? undefined : "comes before HELLO";
  }

  #sense(frame: Frame): string | undefined {
    switch (frame.type) {
      case types.ROOM_JOINED.type:
        return this.#joined(frame);
      case types.ROOM_USER_LIST.type:
      case types.ROOM_USER_JOINED.type:
        return this.#members(frame);
      case types.ROOM_USER_LEFT.type: {
        const { gid, uid } = read(roomUserLeft, frame);
        this.#windows.get(gid)?.members.delete(uid);
        return undefined;
      }
      case types.ROOM_MESSAGE_IN.type:
        return this.#roomText(frame);
      case types.ROOM_MEDIA_SERVER.type: {
        const window = this.#windows.get(read(roomMediaServer, frame).gid);
        return window && !VOICE_TYPES.has(window.type)
          ? "opens a voice socket for a room without voice"
          : undefined;
      }
      case types.VIDEO_PUBLISH_TO.type:
        return this.#publishTo();
      case types.VIDEO_PAUSE.type:
        this.stoppedPublishing();
        return undefined;
      case types.VIDEO_VIEW_FROM.type: {
        const { gid } = read(videoViewFrom, frame);
        return this.#windows.has(gid) || this.#left.has(gid)
          ? undefined
          : `the window of room ${gid} is not open: the client ends`;
      }
      case types.VIDEO_ACCEPTED.type:
        return this.#calling.delete(read(videoAccepted, frame).uid)
          ? undefined
          : "accepts a call that was not offered: the client ends";
      case types.USER_INFO.type: {
        const { uid } = read(userInfo, frame);
        const wanted = this.#answersFor(uid) || this.#answersSearch();
        return wanted ? undefined : "unasked, opens the search window";
      }
      case types.SEARCH_RESPONSE.type:
        return this.#found(frame);
      case types.SEARCH_ERROR.type:
        return this.#answersSearch() ? undefined : "nothing was searched";
      default:
        return undefined;
    }
  }

  #publishTo(): string | undefined {
    if (this.#sendsPictures) return "starts a second sending loop";
    this.#sendsPictures = true;
    return performance.now() - this.#pausedAt < RESUME_MS
      ? "comes before the client has noticed the pause"
      : undefined;
  }

  #joined(frame: Frame): string | undefined {
    const { gid, type, category, invisible } = read(roomJoined, frame);
    this.#left.delete(gid);
    if (!this.#windows.has(gid)) {
      this.#windows.set(gid, { type, invisible, members: new Set() });
    }
    return category === INSTANT_CATEGORY
      ? "its category equals insta=: the buttons are dead"
      : undefined;
  }

  #members(frame: Frame): string | undefined {
    for (const { gid, uid } of read(roomUserList, frame)) {
      const window = this.#windows.get(gid);
      if (window !== undefined) window.members.add(uid);
      else if (!this.#left.has(gid)) {
        return `comes before ROOM_JOINED of ${gid}`;
      }
    }
    return undefined;
  }

  #roomText(frame: Frame): string | undefined {
    const { gid, uid } = read(roomMessageIn, frame);
    const window = this.#windows.get(gid);
    if (window === undefined || uid === 0 || uid === WELCOME_UID) {
      return undefined;
    }
    if (uid === this.uid) return "echoes the client's own line";
    return window.members.has(uid)
      ? undefined
      : `speaker ${uid} is not in the member list: a garbage nickname`;
  }

  #answersFor(uid: number): boolean {
    const left = this.#asked.get(uid) ?? 0;
    if (left > 0) this.#asked.set(uid, left - 1);
    return left > 0;
  }

  #answersSearch(): boolean {
    if (this.#searching === 0) return false;
    this.#searching--;
    return true;
  }

  #found(frame: Frame): string | undefined {
    const people = read(searchResponse, frame);
    const wanted = this.#answersSearch() ||
      (people.length === 1 && this.#answersFor(people[0]!.uid));
    return wanted ? undefined : "unasked, opens the search window";
  }
}

/** Decodes a frame that the hazard rules have already passed. */
function read<T>(packet: Packet<T>, frame: Frame): T {
  const value = packet.parse(frame.payload);
  if (value instanceof Malformed) {
    throw new WouldBreakClient(frame, value.reason);
  }
  return value;
}

function excess(frame: Frame): string | undefined {
  const codec = CODECS.get(frame.type);
  let left = 0;
  const value = codec?.parse(frame.payload, (bytes) => left = bytes);
  if (value instanceof Malformed) return value.reason;
  return left > 0 ? `${left} bytes that no handler reads` : undefined;
}

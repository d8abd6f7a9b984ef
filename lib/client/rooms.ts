/**
 * A user's actions in rooms: browse, join, write, leave, create.
 *
 * @module
 */
import {
  type CategoryCount,
  categoryCount,
  REFRESH_KIND,
  refreshCategories,
  type RoomList,
  roomList,
} from "../protocol/packets/lists.ts";
import { roomMessageOut } from "../protocol/packets/messages.ts";
import {
  type RoomCreate,
  roomCreate,
  roomJoin,
  type RoomJoined,
  roomJoined,
  roomLeave,
} from "../protocol/packets/rooms.ts";
import { roomUserList } from "../protocol/packets/members.ts";
import { feedback } from "../protocol/packets/signon.ts";
import { CLIENT_TYPES } from "../protocol/packet_types.ts";
import { encodeText } from "../protocol/windows1252.ts";
import { Malformed } from "../protocol/layout.ts";
import type { Frame } from "../protocol/frame.ts";
import type { Line } from "./line.ts";

/** A refusal by FEEDBACK, with the sentence that the user reads. */
export class Refused extends Error {
  override name = "Refused";
}

export interface JoinOptions {
  readonly lockword?: string;
  readonly invisible?: boolean;
}

/** Voice and video of a room, which start and end with its window. */
export interface RoomMedia {
  /** Called before the window closes. */
  leaving(gid: number): Promise<void>;
  /** Called after the client has left on the server. */
  left(gid: number): Promise<void>;
}

export class Rooms {
  constructor(readonly client: Line, readonly media: RoomMedia) {}

  /**
   * Joins, and waits for the window and the member list. Like the real client,
   * leaves an open voice room first.
   *
   * @throws Refused
   */
  async join(gid: number, options: JoinOptions = {}): Promise<RoomJoined> {
    const { lockword = "", invisible = false } = options;
    this.client.state.lockwords.set(gid, lockword);
    await this.client.send(roomJoin, { gid, invisible, lockword });
    return await this.joined(
      CLIENT_TYPES.ROOM_JOIN.type,
      (joined) => joined.gid === gid,
    );
  }

  /**
   * Creates a room and joins it.
   *
   * @throws Refused
   */
  async create(
    room: Partial<RoomCreate> & Pick<RoomCreate, "name" | "category">,
  ): Promise<RoomJoined> {
    await this.client.send(roomCreate, {
      type: 3,
      rating: "G",
      lockword: "",
      ...room,
    });
    return await this.joined(
      CLIENT_TYPES.ROOM_CREATE.type,
      (joined) => joined.name === room.name,
    );
  }

  /** Waits for the window that a request opens, or for its refusal. */
  async joined(
    to: number,
    wants: (joined: RoomJoined) => boolean,
  ): Promise<RoomJoined> {
    const isRefusal = (frame: Frame) => {
      if (frame.type !== feedback.type) return false;
      const answer = feedback.parse(frame.payload);
      return !(answer instanceof Malformed) && answer.to === to &&
        answer.code !== 0;
    };
    const opened = (frame: Frame) => {
      if (frame.type !== roomJoined.type) return false;
      const joined = roomJoined.parse(frame.payload);
      return !(joined instanceof Malformed) && wants(joined);
    };
    const frame = await this.client.next((frame) =>
      isRefusal(frame) || opened(frame)
    );
    if (isRefusal(frame)) {
      const answer = feedback.parse(frame.payload);
      throw new Refused(answer instanceof Malformed ? "" : answer.text);
    }
    const joined = roomJoined.parse(frame.payload) as RoomJoined;
    await this.client.expect(
      roomUserList,
      (members) => members.some(({ gid }) => gid === joined.gid),
    );
    return joined;
  }

  async leave(gid: number): Promise<void> {
    await this.media.leaving(gid);
    this.client.state.leave(gid);
    this.client.strictness.leftRoom(gid);
    await this.client.send(roomLeave, { gid });
    await this.media.left(gid);
  }

  /**
   * Sends a line to a room. The server does not echo it: the client shows its
   * own line.
   */
  say(gid: number, text: string | Uint8Array): Promise<void> {
    const bytes = typeof text === "string" ? encodeText(text) : text;
    return this.client.send(roomMessageOut, { gid, text: bytes });
  }

  /** Returns the number of rooms in each category. */
  async counts(): Promise<readonly CategoryCount[]> {
    const kind = REFRESH_KIND.counts;
    await this.client.send(refreshCategories, { kind, id: 0 });
    return await this.client.expect(categoryCount);
  }

  /** Returns the rooms of a category. */
  async list(category: number): Promise<RoomList> {
    const kind = REFRESH_KIND.rooms;
    await this.client.send(refreshCategories, { kind, id: category });
    return await this.client.expect(
      roomList,
      (list) => list.category === category,
    );
  }
}

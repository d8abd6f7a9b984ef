/**
 * Plays the real client's side of a capture against a server, frame by frame,
 * and collects the answers to each frame.
 *
 * @module
 */
import {
  Connection,
  PaltalkClient,
  passwordDigits,
} from "../../lib/client/mod.ts";
import { decodeDigits, keyOffset } from "../../lib/protocol/challenge.ts";
import type { Frame } from "../../lib/protocol/frame.ts";
import {
  CLIENT_TYPES,
  nameOfClientType,
  SERVER_TYPES,
} from "../../lib/protocol/packet_types.ts";
import {
  REFRESH_KIND,
  refreshCategories,
} from "../../lib/protocol/packets/lists.ts";
import { requestUser } from "../../lib/protocol/packets/pals.ts";
import { roomJoin, roomLeave } from "../../lib/protocol/packets/rooms.ts";
import {
  clientHello,
  login,
  lymerick,
} from "../../lib/protocol/packets/signon.ts";
import { decodeText, encodeText } from "../../lib/protocol/windows1252.ts";
import { type CapturedFrame, place } from "./capture.ts";
import { PASSWORD, type TestServer } from "./server.ts";

/**
 * Key number 551, as in most captures, so that their LOGINs can be verified.
 */
export const CAPTURED_KEY = "XyF\u00a6551473312518";

/**
 * Accounts created in this order get the uids of the captures, from 1000002.
 */
export const CAPTURED_NAMES = [
  "NetStorm",
  "Dan",
  "Bob",
  "Eve",
  "Ann",
  "Zoe",
  "Sam",
  "Kim",
  "Lea",
  "Max",
] as const;

const types = CLIENT_TYPES;

/**
 * Frames that must be answered with one of these types, because the client
 * would otherwise hang or show nothing.
 */
const MUST_ANSWER: ReadonlyMap<number, readonly number[]> = new Map(
  Object.entries({
    CLIENT_HELLO: ["HELLO"],
    GET_UIN: ["UIN_RESPONSE"],
    LYMERICK: ["SERVER_KEY"],
    LOGIN: ["LOGIN_UNKNOWN", "FEEDBACK", "SERVER_KEY"],
    REQUEST_USER: ["USER_INFO"],
    USER_SEARCH: ["SEARCH_RESPONSE", "SEARCH_ERROR"],
    REFRESH_CATEGORIES: ["CATEGORY_COUNT", "ROOM_LIST"],
    ROOM_JOIN: ["ROOM_JOINED", "FEEDBACK"],
    ROOM_CREATE: ["ROOM_JOINED", "FEEDBACK"],
    ADD_PAL: ["BUDDY_LIST", "FEEDBACK"],
    GET_BLOCKED: ["BLOCKED_BUDDIES"],
    GET_ADMIN_INFO: ["ROOM_ADMIN_INFO", "FEEDBACK"],
    PASSWORD_CHANGE_ASK: ["PASSWORD_RESET_OFFSET"],
    PASSWORD_CHANGE: ["FEEDBACK"],
  }).map(([name, answers]) => [
    types[name as keyof typeof types].type,
    answers.map((answer) =>
      SERVER_TYPES[answer as keyof typeof SERVER_TYPES].type
    ),
  ]),
);

/**
 * Returns whether a FEEDBACK only confirms, so that the answer itself comes
 * separately.
 */
function isYes({ type, payload }: Frame): boolean {
  const { FEEDBACK } = SERVER_TYPES;
  return type === FEEDBACK.type && payload[2] === 0 && payload[3] === 0 &&
    payload[0] === 0xfb && payload[1] === 0x84;
}

/** After these the server or the client closes the connection. */
const LAST: ReadonlySet<number> = new Set([types.BYE.type]);

/** Replays one connection of the captured client. */
export class ReplayedConnection {
  /**
   * Checks the received frames against the client's limits, and keeps the
   * signed-on state.
   */
  readonly client: PaltalkClient;
  readonly #connection: Connection;
  #key: Uint8Array = new Uint8Array();
  #online = false;
  /** Number of received frames that were already returned. */
  #seen = 0;

  private constructor(client: PaltalkClient, connection: Connection) {
    this.client = client;
    this.#connection = connection;
  }

  static async open(server: TestServer): Promise<ReplayedConnection> {
    const client = new PaltalkClient({ ...server.chat, reacts: false });
    return new ReplayedConnection(client, await client.dial(server.chat));
  }

  /** Resolves when the connection is closed. */
  get closed(): Promise<void> {
    return this.#connection.closed;
  }

  get isOpen(): boolean {
    return this.#connection.isOpen;
  }

  /** Signs on with our own frames, for captures that start later. */
  async signOn(uid: number, password = PASSWORD): Promise<void> {
    const { type: hello } = SERVER_TYPES.HELLO;
    await this.#connection.send(clientHello, { uid });
    await this.#connection.next(hello);
    await this.#connection.send(lymerick, { uid, firstRun: false });
    const { payload: key } = await this.#connection.next(
      SERVER_TYPES.SERVER_KEY.type,
    );
    const digits = passwordDigits(password, key);
    await this.#connection.send(login, { uid, digits });
    await this.#connection.next(SERVER_TYPES.LOGIN_UNKNOWN.type);
    this.client.strictness.uid = uid;
    this.#online = true;
    await this.answers();
  }

  /** Joins the room, for captures that start later. */
  async join(gid: number): Promise<void> {
    const lockword = "";
    await this.#connection.send(roomJoin, { gid, invisible: false, lockword });
    await this.#connection.next(SERVER_TYPES.ROOM_JOINED.type);
    await this.answers();
  }

  /** Sends a captured frame. Returns all frames that answer it. */
  async play(frame: CapturedFrame): Promise<Frame[]> {
    this.#mind(frame);
    const payload = frame.type === types.LOGIN.type
      ? this.#readable(frame.payload)
      : frame.payload;
    await this.#connection.sendRaw(frame.type, payload);
    if (LAST.has(frame.type)) {
      await this.#connection.closed;
      return [];
    }
    const wanted = MUST_ANSWER.get(frame.type);
    if (wanted !== undefined) {
      const answer = await this.#connection.next((answer) =>
        wanted.includes(answer.type) && !isYes(answer)
      ).catch((error) => {
        const name = nameOfClientType(frame.type);
        throw new Error(`${place(frame)} ${name}: ${error.message}`);
      });
      if (answer.type === SERVER_TYPES.SERVER_KEY.type) {
        this.#key = answer.payload;
      }
      if (answer.type === SERVER_TYPES.LOGIN_UNKNOWN.type) {
        this.#online = true;
        this.client.strictness.uid = this.client.state.uid;
      }
    }
    return await this.answers();
  }

  /**
   * Returns all frames since the last call, in order, after the server has
   * settled.
   */
  async answers(): Promise<Frame[]> {
    const counts = SERVER_TYPES.CATEGORY_COUNT.type;
    const { received } = this.client;
    let end = received.length;
    if (this.#online && this.#connection.isOpen) {
      const kind = REFRESH_KIND.counts;
      await this.#connection.send(refreshCategories, { kind, id: 0 });
      await this.#connection.next(counts);
      end = received.findLastIndex(({ type }) => type === counts);
    }
    const frames = received.slice(this.#seen, end);
    this.#seen = received.length;
    this.#connection.inbox.drain();
    return frames;
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  /** Informs the strict client of actions in the capture. */
  #mind({ type, payload }: CapturedFrame): void {
    const { strictness } = this.client;
    strictness.sending(type, payload);
    if (type === types.USER_SEARCH.type) strictness.searched();
    const asked = requestUser.parse(payload);
    if (type === requestUser.type && "uid" in asked) {
      strictness.askedFor(asked.uid);
    }
    const left = roomLeave.parse(payload);
    if (type === roomLeave.type && "gid" in left) strictness.leftRoom(left.gid);
  }

  /**
   * Returns the captured LOGIN if its digits are a password under the key that
   * this server sent. Digits for the old server's key contain bytes of the
   * client's stack, so the password is encoded again.
   */
  #readable(payload: Uint8Array): Uint8Array {
    const { uid, digits } = login.parse(payload) as {
      uid: number;
      digits: string;
    };
    const clear = decodeDigits(digits, keyOffset(this.#key), 1);
    const text = clear === undefined ? "" : decodeText(clear);
    if (/^[\x21-\x7e]{5,12}$/.test(text)) return payload;
    return login.payload({
      uid,
      digits: passwordDigits(PASSWORD, this.#key),
    });
  }
}

/** Returns a frame for display: name or number, then hex with text kept. */
export function shown({ type, payload }: Frame): string {
  return `${type} ${
    [...payload].map((b) => b.toString(16).padStart(2, "0")).join("")
  }`;
}

/** Returns a frame for comparison: hex, and text in single quotes. */
export function expected(type: number, notation: string): string {
  const bytes = notation.split("'").flatMap((part, i) =>
    i % 2 === 1
      ? [...encodeText(part)]
      : (part.replaceAll(" ", "").match(/../g) ?? [])
        .map((digits) => parseInt(digits, 16))
  );
  return shown({ type, version: 0, payload: Uint8Array.from(bytes) });
}

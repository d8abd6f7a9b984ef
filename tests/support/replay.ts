/**
 * Plays the real client's side of a capture against a server, frame by frame,
 * and collects what each frame is answered with.
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

/** Number 551, as in most captures: their LOGINs can be verified. */
export const CAPTURED_KEY = "XyF\u00a6551473312518";

/** In this order the accounts get the uids of the captures, from 1000002. */
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
 * What a frame must be answered with, by one of these, because the client
 * would hang or show nothing otherwise.
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

/** FEEDBACK that only says yes: the answer itself comes besides. */
function isYes({ type, payload }: Frame): boolean {
  const { FEEDBACK } = SERVER_TYPES;
  return type === FEEDBACK.type && payload[2] === 0 && payload[3] === 0 &&
    payload[0] === 0xfb && payload[1] === 0x84;
}

/** After these the server or the client closes the connection. */
const LAST: ReadonlySet<number> = new Set([types.BYE.type]);

/** One connection of the captured client, played again. */
export class ReplayedConnection {
  /** The signed-on state, learnt and held against the client's limits. */
  readonly client: PaltalkClient;
  readonly #connection: Connection;
  #key: Uint8Array = new Uint8Array();
  #online = false;
  /** How many of the received frames were answers already given. */
  #seen = 0;

  private constructor(client: PaltalkClient, connection: Connection) {
    this.client = client;
    this.#connection = connection;
  }

  static async open(server: TestServer): Promise<ReplayedConnection> {
    const client = new PaltalkClient({ ...server.chat, reacts: false });
    return new ReplayedConnection(client, await client.dial(server.chat));
  }

  /** Resolves when the connection is over. */
  get closed(): Promise<void> {
    return this.#connection.closed;
  }

  get isOpen(): boolean {
    return this.#connection.isOpen;
  }

  /** Signs on with frames of our own, for captures that begin later. */
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

  /** Is in the room before the capture begins. */
  async join(gid: number): Promise<void> {
    const lockword = "";
    await this.#connection.send(roomJoin, { gid, invisible: false, lockword });
    await this.#connection.next(SERVER_TYPES.ROOM_JOINED.type);
    await this.answers();
  }

  /** Sends a captured frame; gives everything that it was answered with. */
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

  /** All that came since the last call, in order, once the server settled. */
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

  /** What the strict reader must know of the client's own doing. */
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
   * The captured LOGIN, as it is when its digits are a password under the key
   * that this server sent. Those of the old server's key hold bytes of the
   * client's stack: in their place the password is encoded again.
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

/** A frame as a test shows it: name or number, then hex with text kept. */
export function shown({ type, payload }: Frame): string {
  return `${type} ${
    [...payload].map((b) => b.toString(16).padStart(2, "0")).join("")
  }`;
}

/** A frame to compare with: hex, and text in single quotes. */
export function expected(type: number, notation: string): string {
  const bytes = notation.split("'").flatMap((part, i) =>
    i % 2 === 1
      ? [...encodeText(part)]
      : (part.replaceAll(" ", "").match(/../g) ?? [])
        .map((digits) => parseInt(digits, 16))
  );
  return shown({ type, version: 0, payload: Uint8Array.from(bytes) });
}

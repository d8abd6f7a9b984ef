/**
 * The page's session: signs on, sends what the user does, and comes back after
 * a lost line.
 *
 * @module
 */
import { Connection } from "../../lib/client/connection.ts";
import {
  askUid,
  authenticate,
  sendChecksums,
} from "../../lib/client/sign_on.ts";
import type { Endpoint } from "../../lib/client/transport.ts";
import {
  type TicketPurpose,
  WebSocketStream,
  webSocketTransport,
} from "../../lib/client/websocket.ts";
import type { Frame } from "../../lib/protocol/frame.ts";
import type { Packet } from "../../lib/protocol/layout.ts";
import { SERVER_TYPES } from "../../lib/protocol/packet_types.ts";
import {
  REFRESH_KIND,
  refreshCategories,
} from "../../lib/protocol/packets/lists.ts";
import { userSearch } from "../../lib/protocol/packets/directory.ts";
import { getProfileMessages } from "../../lib/protocol/packets/messages.ts";
import {
  awayMode,
  onlineMode,
  type Person,
  requestUser,
} from "../../lib/protocol/packets/pals.ts";
import { roomJoin, roomLeave } from "../../lib/protocol/packets/rooms.ts";
import { bye } from "../../lib/protocol/packets/signon.ts";
import { encodeText } from "../../lib/protocol/windows1252.ts";
import { Delivery } from "./delivery.ts";
import type { MediaSession } from "./media_session.ts";
import type { Line, Model } from "./model.ts";
import type { JoinWish, PacketPorts } from "./handling.ts";
import { takeFrame } from "./packets.ts";
import { preferences } from "./preferences.ts";
import {
  fetchTicket,
  isRefusal,
  NotSignedIn,
  sentenceOf,
  socketBase,
} from "./web_ticket.ts";
import type { Video } from "./video.ts";
import type { Voice } from "./voice/voice.ts";
import { Writer } from "./writer.ts";

/** A WebSocket has no such place; the library wants one. */
const HERE: Endpoint = { host: "", port: 0 };
const RETRY_MS = [500, 1000, 2000, 4000, 8000, 15_000, 30_000];
/** A silent connection is tried this often, as routers forget it sooner. */
const TRY_MS = 25_000;

export interface Login {
  readonly nickname: string;
  /** "" to use the web session of this browser. */
  readonly password: string;
}

/** What the search window asks for; empty fields do not count. */
export type Search = Partial<
  Record<"nickname" | "exact" | "first" | "last" | "email", string>
>;

export class Session implements PacketPorts, MediaSession {
  voice: Voice | undefined;
  video: Video | undefined;
  /** Called for lines that may be announced; see `heard`. */
  onHeard: (line: Line, gid: number | undefined) => void = () => {};
  #connection: Connection | undefined;
  #login: Login | undefined;
  #uid = 0;
  #online = false;
  #tries = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #found: (people: readonly Person[]) => void = () => {};
  /** Rooms to which the server has not let the user back yet. */
  #missing = new Set<number>();
  readonly writer: Writer;
  readonly #wishes = new Map<number, JoinWish>();
  readonly #delivery = new Delivery(
    () => {
      const kind = REFRESH_KIND.counts;
      this.send(refreshCategories, { kind, id: 0 });
    },
    () => void this.#connection?.close(),
  );
  /** Whose rooms the model still has after a sign-on was refused. */
  #keptUid = 0;

  /** The room of an invitation link, entered after the first sign-on; or 0. */
  invitedTo = 0;

  constructor(readonly model: Model) {
    this.writer = new Writer(model, this.send, this.#delivery);
    setInterval(() => this.probe(), TRY_MS);
  }

  /** Signs on. Rejects with a sentence for the user. */
  async signOn(login: Login): Promise<void> {
    const { model } = this;
    model.phase = "connecting";
    model.sentence = "";
    model.changed();
    try {
      this.#login = login;
      this.#uid = 0;
      await this.#connect();
      if (this.invitedTo !== 0) this.join(this.invitedTo);
      this.invitedTo = 0;
    } catch (error) {
      if (error instanceof NotSignedIn) model.asksPassword = true;
      model.phase = "signed-out";
      model.sentence = sentenceOf(error);
      this.#login = undefined;
      model.changed();
      throw error;
    }
  }

  signOff(): void {
    this.send(bye, {});
    this.#end("");
  }

  readonly send = <T>(packet: Packet<T>, value: T): void => {
    this.#connection?.send(packet, value).catch(() => {});
  };

  // ---- rooms and people ----

  refresh(category: number): void {
    const kind = REFRESH_KIND.rooms;
    this.send(refreshCategories, { kind, id: category });
  }

  /** A category whose rooms have changed, and the counts of all. */
  refreshAll(category: number): void {
    this.probe();
    this.refresh(category);
  }

  join(gid: number, wish: Partial<JoinWish> = {}): void {
    const { model } = this;
    if (model.rooms.has(gid)) return model.open({ kind: "room", gid });
    const { lockword = "", invisible = false } = wish;
    this.#wishes.set(gid, { lockword, invisible });
    this.send(roomJoin, { gid, invisible, lockword });
  }

  /** Searches for people; one search at a time. */
  search(wanted: Search): Promise<readonly Person[]> {
    const { promise, resolve } = Promise.withResolvers<readonly Person[]>();
    this.#found = resolve;
    this.send(
      userSearch,
      new Map([
        ["uid", "3"],
        ["first", wanted.first ?? ""],
        ["last", wanted.last ?? ""],
        wanted.exact === undefined
          ? ["nickname", wanted.nickname ?? ""]
          : ["exnick", wanted.exact],
        ["email", wanted.email ?? ""],
      ]),
    );
    return promise;
  }

  setAway(away: boolean): void {
    this.model.away = away;
    if (away) {
      const text = encodeText(preferences().awayText);
      this.send(awayMode, { text });
    } else this.send(onlineMode, {});
    this.model.changed();
  }

  leave(gid: number): void {
    this.send(roomLeave, { gid });
    this.#closeRoom(gid);
    this.model.open({ kind: "rooms" });
  }

  #closeRoom(gid: number): void {
    const { model } = this;
    model.rooms.delete(gid);
    this.roomGone(gid);
    const { tab } = model;
    if (tab.kind === "room" && tab.gid === gid) model.open({ kind: "rooms" });
  }

  /** Finds out whether the connection still works. */
  probe(): void {
    if (this.#online) this.#delivery.ask();
  }

  // ---- what packets ask for ----

  confirmed(): void {
    this.#delivery.confirmed();
    for (const gid of this.#missing) this.#shutOut(gid);
    this.#missing.clear();
  }

  refused(type: number): void {
    this.#delivery.refused(type);
  }

  roomBack(gid: number): void {
    this.#missing.delete(gid);
  }

  /** The server did not let the user back into a room, and has said why. */
  #shutOut(gid: number): void {
    const { model } = this;
    const name = model.rooms.get(gid)?.name ?? "";
    this.#closeRoom(gid);
    model.notice("You could not come back into this room.", name);
  }

  askAbout(uid: number): void {
    this.send(requestUser, { uid });
  }

  wishOf(gid: number): JoinWish {
    return this.#wishes.get(gid) ?? { lockword: "", invisible: false };
  }

  voiceAt(gid: number): void {
    void this.voice?.enter(gid);
  }

  roomGone(gid: number): void {
    this.model.speaking.delete(gid);
    this.voice?.leave(gid);
    this.video?.leave(gid);
  }

  heard(line: Line, gid: number | undefined): void {
    this.onHeard(line, gid);
  }

  searched(people: readonly Person[]): void {
    this.#found(people);
  }

  farewell(sentence: string, again: boolean): void {
    // A refused sign-on is told by its own promise.
    if (!this.#online) return;
    if (again) return this.model.notice(sentence, "The server");
    this.#end(sentence);
  }

  /** A ticket for a voice link, for pictures or for the own profile. */
  async ticket(purpose: TicketPurpose): Promise<string> {
    const stream = this.#connection?.stream;
    if (!(stream instanceof WebSocketStream)) throw new Error("not online");
    return await stream.ticket(purpose);
  }

  // ---- the connection ----

  async #connect(): Promise<void> {
    const login = this.#login!;
    this.#online = false;
    let password = login.password;
    let ticket: string | undefined;
    if (password === "") {
      const answer = await fetchTicket();
      ticket = answer.ticket;
      this.#uid = answer.uid;
      password = "-";
    }
    const dial = async (at: Endpoint) => {
      const connection: Connection = await Connection.open({
        ...at,
        transport: webSocketTransport(socketBase(), {
          ticket: () => Promise.resolve(ticket),
        }),
        keeps: () => !this.#online,
        onFrame: (frame) => this.#take(connection, frame),
      });
      return connection;
    };
    if (this.#uid === 0) {
      this.#uid = await askUid(dial, HERE, login.nickname, 0);
    }
    if (this.#keptUid !== 0 && this.#keptUid !== this.#uid) this.model.reset();
    const connection = await authenticate(dial, HERE, this.#uid, {
      nickname: login.nickname,
      password,
    });
    this.#connection = connection;
    this.#keptUid = 0;
    this.model.asksPassword = false;
    this.#online = true;
    this.#tries = 0;
    connection.inbox.drain();
    this.model.phase = "online";
    this.#rejoin();
    this.probe();
    this.send(getProfileMessages, {});
    this.model.changed();
    void connection.closed.then(() => this.#lost(connection));
  }

  #rejoin(): void {
    this.#missing = new Set(this.model.rooms.keys());
    for (const { gid, lockword, invisible } of this.model.rooms.values()) {
      this.send(roomJoin, { gid, invisible, lockword });
    }
    // The server has forgotten it.
    if (this.model.away) this.setAway(true);
  }

  #take(connection: Connection, frame: Frame): void {
    if (frame.type === SERVER_TYPES.USER_DATA.type) {
      sendChecksums(connection).catch(() => {});
    }
    takeFrame(this, frame);
    this.#delivery.heard();
  }

  #lost(connection: Connection): void {
    if (connection !== this.#connection || this.#login === undefined) return;
    this.#connection = undefined;
    this.#online = false;
    this.#delivery.reset();
    this.voice?.close();
    this.video?.close();
    this.model.phase = "lost";
    this.model.lineLost();
    this.#tryAgain();
  }

  #tryAgain(): void {
    const delay = RETRY_MS[Math.min(this.#tries++, RETRY_MS.length - 1)]!;
    // Not all at once after a restart.
    this.#retry = setTimeout(async () => {
      try {
        await this.#connect();
      } catch (error) {
        if (this.#login === undefined) return;
        if (error instanceof NotSignedIn) return this.#askPassword();
        if (isRefusal(error)) return this.#end(sentenceOf(error));
        this.#tryAgain();
      }
    }, delay * (0.75 + Math.random() / 2));
  }

  /** Tries now instead of later, such as when the network is back. */
  retryNow(): void {
    this.probe();
    if (this.model.phase !== "lost") return;
    clearTimeout(this.#retry);
    this.#tries = 0;
    this.#tryAgain();
  }

  /** The web session has ended: a password brings the same rooms back. */
  #askPassword(): void {
    const { model } = this;
    this.#login = undefined;
    this.#keptUid = this.#uid;
    this.#uid = 0;
    model.phase = "signed-out";
    model.asksPassword = true;
    model.sentence =
      "The server was restarted, or you signed out. Sign on to go on.";
    model.changed();
  }

  #end(sentence: string): void {
    clearTimeout(this.#retry);
    this.#login = undefined;
    this.#uid = 0;
    this.#online = false;
    this.#delivery.reset();
    this.voice?.close();
    this.video?.close();
    const connection = this.#connection;
    this.#connection = undefined;
    void connection?.close().catch(() => {});
    this.model.reset();
    this.model.phase = "signed-out";
    this.model.sentence = sentence;
    this.model.changed();
  }
}

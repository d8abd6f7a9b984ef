/**
 * The page's session: carries out the user's actions and the requests of
 * packets.
 *
 * @module
 */
import { type TicketPurpose } from "../../lib/client/websocket.ts";
import type { Packet } from "../../lib/protocol/layout.ts";
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
import { Link, type Login } from "./link.ts";
import type { MediaSession } from "./media_session.ts";
import type { Line, Model } from "./model.ts";
import type { JoinWish, PacketPorts } from "./handling.ts";
import { takeFrame } from "./packets.ts";
import { preferences } from "./preferences.ts";
import type { Video } from "./video.ts";
import type { Voice } from "./voice/voice.ts";
import { Writer } from "./writer.ts";

/**
 * Milliseconds between probes of an idle connection, because routers drop idle
 * ones.
 */
const TRY_MS = 25_000;

/** Fields of the search window; empty fields are ignored. */
export type Search = Partial<
  Record<"nickname" | "exact" | "first" | "last" | "email", string>
>;

export class Session implements PacketPorts, MediaSession {
  voice: Voice | undefined;
  video: Video | undefined;
  /** Called for lines that may be announced; see `heard`. */
  onHeard: (line: Line, gid: number | undefined) => void = () => {};
  #found: (people: readonly Person[]) => void = () => {};
  /** Rooms that the server has not let the user back into yet. */
  #missing = new Set<number>();
  readonly writer: Writer;
  readonly #wishes = new Map<number, JoinWish>();
  readonly #delivery = new Delivery(
    () => {
      const kind = REFRESH_KIND.counts;
      this.send(refreshCategories, { kind, id: 0 });
    },
    () => this.#link.drop(),
  );
  /**
   * Room of an invitation link, entered after the first sign-on; 0 for none.
   */
  invitedTo = 0;

  readonly #link: Link;

  constructor(readonly model: Model) {
    this.#link = new Link(model, {
      received: (frame) => {
        takeFrame(this, frame);
        this.#delivery.heard();
      },
      cameOnline: () => {
        this.#rejoin();
        this.probe();
        this.send(getProfileMessages, {});
      },
      wentOffline: () => {
        this.#delivery.reset();
        this.voice?.close();
        this.video?.close();
      },
    });
    this.writer = new Writer(model, this.send, this.#delivery);
    setInterval(() => this.probe(), TRY_MS);
  }

  /** Signs on. Rejects with a sentence for the user. */
  async signOn(login: Login): Promise<void> {
    await this.#link.signOn(login);
    if (this.invitedTo !== 0) this.join(this.invitedTo);
    this.invitedTo = 0;
  }

  /** Whether the password was not typed here, so that some acts need it. */
  get usesWebSession(): boolean {
    return this.#link.usesWebSession;
  }

  signOff(): void {
    this.send(bye, {});
    this.#link.end("");
  }

  readonly send = <T>(packet: Packet<T>, value: T): void => {
    this.#link.send(packet, value);
  };

  // ---- rooms and users ----

  refresh(category: number): void {
    const kind = REFRESH_KIND.rooms;
    this.send(refreshCategories, { kind, id: category });
  }

  /**
   * Requests the rooms of a changed category, and the counts of all categories.
   */
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

  /** Searches for users, one search at a time. */
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

  /** Checks whether the connection still works. */
  probe(): void {
    if (this.#link.isOnline) this.#delivery.ask();
  }

  // ---- called by packets ----

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

  /**
   * Closes a room that the server did not let the user back into, after the
   * server has explained why.
   */
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
    // A refused sign-on rejects the promise of signOn instead.
    if (!this.#link.isOnline) return;
    if (again) return this.model.notice(sentence, "The server");
    this.#link.end(sentence);
  }

  /**
   * Requests a ticket for a voice link, for pictures or for the user's profile.
   */
  ticket(purpose: TicketPurpose): Promise<string> {
    return this.#link.ticket(purpose);
  }

  /** Retries immediately, for example when the network is back. */
  retryNow(): void {
    this.probe();
    this.#link.retryNow();
  }

  #rejoin(): void {
    this.#missing = new Set(this.model.rooms.keys());
    for (const { gid, lockword, invisible } of this.model.rooms.values()) {
      this.send(roomJoin, { gid, invisible, lockword });
    }
    // A new sign-on has reset it on the server.
    if (this.model.away) this.setAway(true);
  }
}

/**
 * The running server as commands, pages and the control channel see it: the
 * implementation of the port in lib/ops/live.ts.
 *
 * @module
 */
import type { Letters } from "../ops/letters.ts";
import type {
  Farewell,
  Live,
  RoomInfo,
  SessionInfo,
  SignOnStep,
  Status,
  TailEvent,
  TailFilter,
  WebcamInfo,
} from "../ops/live.ts";
import { Room } from "../domain/room.ts";
import {
  type Gid,
  type Millis,
  SYSTEM_UID,
  type Uid,
} from "../domain/store.ts";
import { WordFilter } from "../domain/word_filter.ts";
import { categoryList } from "../protocol/packets/lists.ts";
import { encodeText } from "../protocol/windows1252.ts";
import { accountChanged } from "../chat/account_changed.ts";
import { announce } from "../chat/announcement.ts";
import { endCamera, endRoomVideo } from "../chat/cameras.ts";
import type { Context } from "../chat/context.ts";
import { endDottedVideo } from "../chat/handlers/microphone.ts";
import { endSession } from "../chat/departure.ts";
import { sendIm } from "../chat/instant_messages.ts";
import { castOut, putOut } from "../chat/put_out.ts";
import { roomInfo, sessionInfo, webcamInfo } from "./live_info.ts";
import { closeRoom, enterRoom, showBanner } from "../chat/membership.ts";
import { muteChanged } from "../chat/mutes.ts";
import { consoleChanged, officesChanged } from "../chat/offices.ts";
import { relationChanged } from "../chat/relation_changed.ts";
import type { ChatServer } from "../chat/server.ts";
import { type LivePorts, statusOf } from "./status.ts";

export class LiveServer implements Live {
  readonly #chat: ChatServer;
  readonly #ports: LivePorts;

  constructor(ports: LivePorts) {
    this.#chat = ports.chat;
    this.#ports = ports;
  }

  status(): Status {
    return statusOf(this.#ports);
  }

  sessions(): SessionInfo[] {
    const { connections, services } = this.#chat;
    return [...connections.values()].map((line) => sessionInfo(line, services));
  }

  rooms(): RoomInfo[] {
    const voice = this.#ports.voice.stats();
    return [...this.#chat.services.world.rooms.values()]
      .map((room) => roomInfo(room, voice));
  }

  refreshStatistics(): void {
    this.#ports.statistics.refresh();
  }

  webcams(): WebcamInfo[] {
    const { cameras } = this.#chat.services.world;
    return [...cameras.all()].map((camera) =>
      webcamInfo(camera, this.#ports.video)
    );
  }

  stopVideo(uid: Uid, until: Millis): boolean {
    const { cameras } = this.#chat.services.world;
    cameras.bar(uid, until);
    const wasShown = cameras.of(uid) !== undefined;
    this.#act((ctx) => endCamera(ctx, uid, true));
    return wasShown;
  }

  allowVideo(uid: Uid): boolean {
    const { world: { cameras }, clock } = this.#chat.services;
    return cameras.unbar(uid, clock());
  }

  isOnline(uid: Uid): boolean {
    return this.#chat.services.world.online.has(uid);
  }

  kick(uid: Uid, reason: string, farewell?: Farewell): boolean {
    const session = this.#chat.services.world.online.get(uid);
    if (session === undefined) return false;
    const text = sentence(reason);
    this.#act((ctx) => endSession(ctx, session, text, "kicked", farewell));
    return true;
  }

  kickAddress(
    matches: (address: string, uid: Uid | null) => boolean,
    reason: string,
  ): number {
    let count = 0;
    for (const connection of [...this.#chat.connections.values()]) {
      const { session } = connection;
      const uid = session.phase === "online" ? session.uid : null;
      if (!matches(session.address, uid)) continue;
      count++;
      this.#act((ctx) => endSession(ctx, session, sentence(reason), "kicked"));
    }
    return count;
  }

  closeRoom(gid: Gid, reason: string): boolean {
    const room = this.#chat.services.world.rooms.get(gid);
    if (room === undefined) return false;
    const text = reason || "The room was closed.";
    this.#act((ctx) => closeRoom(ctx, room, 0, text));
    return true;
  }

  moveUser(uid: Uid, gid: Gid): boolean {
    const { world } = this.#chat.services;
    const session = world.online.get(uid);
    const room = world.rooms.get(gid);
    if (session === undefined || room === undefined) return false;
    this.#act((ctx) =>
      enterRoom(ctx, room, session, {
        admin: room.isAdmin(session),
        invisible: false,
      })
    );
    return true;
  }

  bounce(gid: Gid, uid: Uid, rank: number, text: string): boolean {
    const { world, store } = this.#chat.services;
    const room = world.rooms.get(gid);
    if (room === undefined) return false;
    const nickname = store.accounts.get(uid)?.nickname ?? String(uid);
    return this.#act((ctx) => {
      castOut(room.bounced, uid, nickname, rank);
      const wasThere = putOut(ctx, room, uid, { by: 0, text });
      consoleChanged(ctx, room);
      return wasThere;
    });
  }

  setSlow(gid: Gid, seconds: number): boolean {
    const room = this.#chat.services.world.rooms.get(gid);
    if (room === undefined) return false;
    room.slowSeconds = seconds;
    return true;
  }

  message(uid: Uid, text: string): boolean {
    const { world, store } = this.#chat.services;
    const session = world.online.get(uid);
    const system = store.accounts.get(SYSTEM_UID);
    if (session === undefined || system === undefined) return false;
    this.#act((ctx) => sendIm(ctx, system, session, encodeText(text)));
    return true;
  }

  broadcast(text: string): number {
    return this.#act((ctx) => announce(ctx, text));
  }

  roomChanged(gid: Gid): void {
    this.#chat.services.answers.clear();
    const { world, store } = this.#chat.services;
    const stored = store.rooms.get(gid);
    if (stored === undefined) return;
    const fresh = Room.load(store, stored);
    const room = world.rooms.get(gid);
    if (room === undefined) {
      world.rooms.set(gid, fresh);
      return;
    }
    const topic = room.banner;
    const newlyBanned = [...fresh.banned.keys()]
      .filter((uid) => !room.banned.has(uid));
    room.refresh(stored);
    replace(room.admins, fresh.admins);
    for (const outcasts of ["banned", "bounced"] as const) {
      room[outcasts].clear();
      for (const [uid, name] of fresh[outcasts]) room[outcasts].set(uid, name);
    }
    this.#act((ctx) => {
      officesChanged(ctx, room);
      consoleChanged(ctx, room);
      if (room.banner !== topic) showBanner(ctx, room);
      for (const uid of newlyBanned) {
        const text = `You have been banned from ${room.name}.`;
        putOut(ctx, room, uid, { by: 0, text });
      }
      if (!room.video) endRoomVideo(ctx, room, true);
      endDottedVideo(ctx, room);
      ctx.out.voice({ what: "policy", gid });
    });
  }

  roomRemoved(gid: Gid, reason: string): void {
    this.#chat.services.answers.clear();
    this.closeRoom(gid, reason);
    this.#chat.services.world.rooms.delete(gid);
  }

  categoriesChanged(): void {
    this.#chat.services.answers.clear();
    const { world, store } = this.#chat.services;
    world.categories = store.categories.list();
    const frame = categoryList.frame(world.categories);
    this.#act((ctx) => {
      for (const session of world.online.values()) {
        ctx.out.send(session, frame);
      }
    });
  }

  accountChanged(uid: Uid): void {
    this.#act((ctx) => accountChanged(ctx, uid));
  }

  relationChanged(uid: Uid, other: Uid): void {
    const session = this.#chat.services.world.online.get(uid);
    if (session === undefined) return;
    this.#act((ctx) => relationChanged(ctx, session, other));
  }

  accountRemoved(uid: Uid, reason: string): void {
    this.#chat.services.answers.clear();
    this.kick(uid, reason || "Your account was removed.");
    const { world } = this.#chat.services;
    for (const room of [...world.rooms.values()]) {
      if (room.owner === uid && !room.permanent) {
        this.closeRoom(room.gid, "The owner of the room is gone.");
      }
      room.admins.delete(uid);
      room.banned.delete(uid);
      room.bounced.delete(uid);
    }
  }

  wordsChanged(): void {
    const { world, store } = this.#chat.services;
    world.words = new WordFilter(store.words.list());
  }

  muteChanged(uid: Uid): void {
    const session = this.#chat.services.world.online.get(uid);
    if (session !== undefined) this.#act((ctx) => muteChanged(ctx, session));
  }

  letters(): Letters | null {
    return this.#ports.letters();
  }

  tail(filter: TailFilter, sink: (event: TailEvent) => void): () => void {
    return this.#chat.taps.tail(filter, sink);
  }

  watchSignOns(sink: (step: SignOnStep) => void): () => void {
    return this.#chat.taps.watchSignOns(sink);
  }

  restart(force: boolean): string | null {
    return this.#ports.restart(force);
  }

  stop(reason: string): void {
    this.#ports.stop(reason);
  }

  #act<T>(work: (ctx: Context) => T): T {
    return this.#chat.act(work);
  }
}

function sentence(reason: string): string {
  return reason === "" ? "You were disconnected by the host." : reason;
}

function replace<T>(old: Set<T>, fresh: ReadonlySet<T>): void {
  old.clear();
  for (const value of fresh) old.add(value);
}

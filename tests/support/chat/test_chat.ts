/**
 * The chat side without sockets, for tests in this form: given this state, when
 * these bytes arrive, exactly these bytes are sent to these sessions.
 *
 * Store, world, dispatch table and fan-out are the real ones. Every outgoing
 * frame is checked with lib/protocol/hazards.ts.
 *
 * @module
 */
import { OutsideLines } from "../../../lib/net/outside_lines.ts";
import assert from "node:assert/strict";
import { addUser, NOON, withStore } from "../db/temp.ts";
import { AddressBans } from "../../../lib/actions/address_bans.ts";
import { defaultConfig } from "../../../lib/config/config.ts";
import type { Value } from "../../../lib/config/setting.ts";
import type {
  Receipt,
  VideoChange,
  VoiceChange,
} from "../../../lib/domain/effects.ts";
import { FanoutBudget } from "../../../lib/chat/fanout_budget.ts";
import { Session } from "../../../lib/domain/session.ts";
import { Room } from "../../../lib/domain/room.ts";
import type {
  Account,
  Gid,
  NewAccount,
  NewRoom,
  RoomPatch,
  Store,
  StoredRoom,
} from "../../../lib/domain/store.ts";
import { World } from "../../../lib/domain/world.ts";
import { hex } from "../../../lib/protocol/bytes.ts";
import { encodeDigits } from "../../../lib/protocol/challenge.ts";
import {
  clientHello,
  login,
  lymerick,
} from "../../../lib/protocol/packets/signon.ts";
import { encodeText } from "../../../lib/protocol/windows1252.ts";
import {
  Context,
  type Passwords,
  type Services,
} from "../../../lib/chat/context.ts";
import { AnswerCache } from "../../../lib/chat/answer_cache.ts";
import { Counters } from "../../../lib/chat/counters.ts";
import { depart } from "../../../lib/chat/departure.ts";
import { Fanout, type Line } from "../../../lib/chat/fanout.ts";
import { mediaServer } from "../../../lib/server/media_server.ts";
import { permits } from "../../../lib/chat/permits.ts";
import { settleReceipt } from "../../../lib/chat/receipts.ts";
import { SignOnGuard } from "../../../lib/actions/sign_on_guard.ts";
import { TestClient } from "./test_client.ts";

export { TestClient };

export const OAK = 50001;
export const PASSWORD = "kettle12";

/** One line of the log. */
export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: Record<string, unknown>;
}

export interface SignOnOptions {
  /** Address of the client. */
  readonly from?: string;
  /** False keeps the frames that the client receives at sign-on. */
  readonly take?: boolean;
}

/** Immediate, and its output is readable. */
export const plainPasswords: Passwords = {
  hash: (clear) => Promise.resolve(`plain ${hex(clear)}`),
  verify: (phc, clear) => Promise.resolve(phc === `plain ${hex(clear)}`),
  verifyAbsent: () => Promise.resolve(false),
};

export class TestChat {
  now = NOON;
  readonly services: Services;
  readonly world: World;
  readonly log: LogLine[] = [];
  /** Changes reported to voice, oldest first. */
  readonly voice: VoiceChange[] = [];
  /** Changes reported to the video relay, oldest first. */
  readonly video: VideoChange[] = [];
  /** Video port announced to clients; null without video. */
  videoPort: number | null = 2092;
  readonly #clients = new Map<number, TestClient>();
  readonly #fanout: Fanout;
  readonly #written: { session: Session; receipt: Receipt }[] = [];
  readonly #system = new Session(0, "", "", 0);
  #nextId = 1;

  constructor(
    readonly store: Store,
    changes: Readonly<Record<string, Value>> = {},
  ) {
    this.world = World.load(store);
    const line = (level: LogLine["level"]) =>
    (
      message: string,
      fields: Record<string, unknown> = {},
    ) => void this.log.push({ level, message, fields });
    const settings = defaultConfig(changes);
    this.services = {
      world: this.world,
      store,
      passwords: plainPasswords,
      log: {
        debug: line("debug"),
        info: line("info"),
        warn: line("warn"),
        error: line("error"),
      },
      counters: new Counters(),
      outsideLines: new OutsideLines({ warn: line("warn") }, () => this.now),
      answers: new AnswerCache(),
      guard: new SignOnGuard(settings),
      fanoutBudget: new FanoutBudget(
        () => this.services.settings.limits.fanout_bytes_per_second,
      ),
      addressBans: new AddressBans(store.bans),
      media: mediaServer(
        { voice: () => 2090, video: () => this.videoPort },
        () => ({ outside: "198.51.100.7", inside: "192.168.1.7" }),
      ),
      videoPort: () => this.videoPort,
      settings,
      redirect: () => null,
      clock: () => this.now,
      steady: () => this.now,
      // Makes the server choose key number 551.
      random: () => 42.5 / 343,
      runCommand: (line) => Promise.resolve([`You wrote: ${line}`]),
      settleRoom: (room) => this.#fanout.settleRoom(room),
      act: (work) => this.act(work),
      signOnStep: () => {},
    };
    this.#fanout = new Fanout({
      line: (id) => {
        const client = this.#clients.get(id);
        return client && this.#lineOf(client);
      },
      room: (gid) => this.world.rooms.get(gid),
      voice: (change) => this.voice.push(change),
      video: (change) => this.video.push(change),
      permits: (to, frame) => permits(this.services, to, frame),
    });
  }

  perform(ctx: Context): void {
    this.#fanout.perform(ctx.out.list);
    ctx.out.clear();
    this.#fanout.flush();
    for (const { session, receipt } of this.#written.splice(0)) {
      settleReceipt(this.services, session, receipt);
    }
  }

  #lineOf(client: TestClient): Line {
    const { session } = client;
    return {
      session,
      push: (frames, receipt) => {
        client.push(frames);
        if (receipt !== undefined && client.closed === undefined) {
          this.#written.push({ session, receipt });
        }
        return false;
      },
      flush: () => {},
      close: (reason) => {
        if (client.closed === undefined) {
          client.closed = reason;
          this.act((ctx) => depart(ctx, session));
        }
        return Promise.resolve();
      },
    };
  }

  /** Performs an action that no packet requested. */
  act<T>(work: (ctx: Context) => T): T {
    const ctx = new Context(this.services, this.#system);
    const result = work(ctx);
    this.perform(ctx);
    return result;
  }

  connect(address = "203.0.113.5"): TestClient {
    const client = new TestClient(this, this.#nextId++, address);
    this.#clients.set(client.session.id, client);
    return client;
  }

  /** Creates an account with {@linkcode PASSWORD}. */
  addUser(nickname: string, more: Partial<NewAccount> = {}): Account {
    return addUser(this.store, nickname, {
      passwordHash: `plain ${hex(encodeText(PASSWORD))}`,
      ...more,
    });
  }

  /** Creates and opens a permanent room, with a default name and category. */
  addRoom(room: Partial<NewRoom> = {}): Room {
    const stored = this.store.rooms.create({
      name: "Vault",
      category: 30018,
      type: 3,
      createdAt: NOON,
      ...room,
    });
    return this.#load(stored);
  }

  /** Changes a permanent room before anybody is in it. */
  changeRoom(gid: Gid, patch: RoomPatch): Room {
    return this.#load(this.store.rooms.update(gid, patch));
  }

  #load(stored: StoredRoom): Room {
    const room = Room.load(this.store, stored);
    this.world.rooms.set(room.gid, room);
    return room;
  }

  /** Signs on a client, and creates its account if necessary. */
  async signOn(
    nickname: string,
    more: Partial<NewAccount> & SignOnOptions = {},
  ): Promise<TestClient> {
    const { from, take = true, ...fields } = more;
    const { uid } = this.store.accounts.byNickname(nickname) ??
      this.addUser(nickname, fields);
    const client = this.connect(from);
    await client.sendBytes(clientHello.type, clientHello.payload({ uid }));
    await client.sendBytes(
      lymerick.type,
      lymerick.payload({ uid, firstRun: false }),
    );
    const digits = encodeDigits(encodeText(PASSWORD), 42, 1);
    await client.sendBytes(login.type, login.payload({ uid, digits }));
    assert.equal(client.session.phase, "online");
    if (take) client.take();
    return client;
  }

  /** Signs on several clients, and drops the frames about each other. */
  async signOnAll<const N extends readonly string[]>(
    ...nicknames: N
  ): Promise<{ [K in keyof N]: TestClient }> {
    const clients: TestClient[] = [];
    for (const nickname of nicknames) clients.push(await this.signOn(nickname));
    this.forget();
    return clients as { [K in keyof N]: TestClient };
  }

  /** Drops everything received so far, and the log. */
  forget(): void {
    for (const client of this.#clients.values()) client.take();
    this.log.length = 0;
    this.voice.length = 0;
    this.video.length = 0;
  }

  /** Returns whether a message was logged. */
  logged(message: string): boolean {
    return this.log.some((line) => line.message === message);
  }
}

/**
 * Runs a test with a chat side on a new store; fails if a handler has failed.
 */
export function withChat(
  work: (chat: TestChat) => Promise<void>,
  changes: Readonly<Record<string, Value>> = {},
): Promise<void> {
  return withStore(async (store) => {
    const chat = new TestChat(store, changes);
    await work(chat);
    const failed = chat.log.filter(({ level }) => level === "error");
    assert.deepEqual(failed, []);
    assert.equal(chat.services.counters.handlerErrors, 0);
  });
}

/** Lets clients join a room, and drops the frames about it. */
export async function joinAll(
  chat: TestChat,
  gid: Gid,
  ...clients: readonly TestClient[]
): Promise<void> {
  chat.forget();
  for (const client of clients) {
    await client.send("ROOM_JOIN", `${u32(gid)} 0000 0000082a`);
    assert.equal(client.takeNames()[0], "ROOM_JOINED");
  }
  chat.forget();
}

/** Returns a uid or room number as eight hex digits. */
export function u32(number: number): string {
  return number.toString(16).padStart(8, "0");
}

/**
 * For tests of commands: a real store in a temporary folder, and a server that
 * records its calls.
 *
 * @module
 */
import { openFresh } from "../db/fresh.ts";
import { defaultConfig } from "../../../lib/config/config.ts";
import { LEVEL, type Role, type Store } from "../../../lib/domain/store.ts";
import {
  type Actor,
  type CommandResult,
  execute,
  type Hasher,
  HOST,
} from "../../../lib/commands/command.ts";
import { CommandHost } from "../../../lib/commands/host.ts";
import type { Letters } from "../../../lib/ops/letters.ts";
import type {
  Live,
  RoomInfo,
  SessionInfo,
  Status,
} from "../../../lib/ops/live.ts";
import { findCommand } from "../../../lib/commands/table.ts";

/** Fast, because other tests check the hashes. */
const QUICK: Hasher = {
  hash: (bytes) =>
    Promise.resolve(`$scrypt$ln=1,r=8,p=1$c2FsdHNhbHQ$${bytes.length}`),
};

export class Bench implements AsyncDisposable {
  /** Calls of the running server, in order. */
  readonly told: string[] = [];
  /** Uids of the online users. */
  readonly online = new Set<number>();
  openRooms: RoomInfo[] = [];
  mail: Letters | null = null;
  now = 1_800_000_000_000;
  readonly host: CommandHost;

  private constructor(
    readonly folder: string,
    readonly store: Store,
    hasher: Hasher,
  ) {
    this.host = new CommandHost({
      store,
      config: defaultConfig(),
      hasher,
      now: () => this.now,
    });
  }

  static async open({ hasher = QUICK } = {}): Promise<Bench> {
    const folder = await Deno.makeTempDir({ prefix: "retropal-commands-" });
    return new Bench(folder, await openFresh(`${folder}/retropal.db`), hasher);
  }

  /** Simulates a running server from now on. */
  start(): this {
    this.host.live = this.#live();
    return this;
  }

  run(
    line: string,
    input: Record<string, unknown> = {},
    { secret, actor = HOST }: { secret?: string; actor?: Actor } = {},
  ): Promise<CommandResult> {
    const command = findCommand(line.split(" "));
    if (!command) throw new RangeError(`no command ${line}`);
    return execute(command, this.host.context(actor), input, secret);
  }

  /** Creates an account. */
  person(nickname: string, role: Role = "user"): number {
    return this.store.accounts.create({
      nickname,
      role,
      passwordHash: "!",
      createdAt: this.now,
    }).uid;
  }

  /** Returns an address; every online user has a different network. */
  addressOf(uid: number): string {
    return `198.51.100.${uid % 100}`;
  }

  actor(nickname: string): Actor {
    const account = this.store.accounts.byNickname(nickname);
    if (!account) throw new RangeError(nickname);
    return {
      name: account.nickname,
      uid: account.uid,
      level: LEVEL[account.role],
      address: "192.0.2.1",
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.store.close();
    await Deno.remove(this.folder, { recursive: true });
  }

  #live(): Live {
    const note = (name: string) => (...args: unknown[]) =>
      void this.told.push([name, ...args.map(String)].join(" "));
    return {
      status: () =>
        ({ sessions: this.online.size, uptimeSeconds: 3700 }) as Status,
      sessions: () =>
        [...this.online].map((uid) =>
          ({
            uid,
            nickname: this.store.accounts.get(uid)?.nickname ?? null,
            role: this.store.accounts.get(uid)?.role ?? "user",
            phase: "online",
            address: this.addressOf(uid),
          }) as SessionInfo
        ),
      letters: () => this.mail,
      rooms: () => this.openRooms,
      refreshStatistics: () => {},
      isOnline: (uid) => this.online.has(uid),
      kick: (uid, reason) => {
        note("kick")(uid, reason);
        return this.online.delete(uid);
      },
      kickAddress: (matches, reason) => {
        const hit = [
          ...["192.0.2.1", "::ffff:192.0.2.9", "203.0.113.5"]
            .filter((address) => matches(address, null)),
          ...[...this.online]
            .filter((uid) => matches(this.addressOf(uid), uid)),
        ];
        note("kickAddress")(hit.join(","), reason);
        return hit.length;
      },
      webcams: () => [],
      stopVideo: (uid, until) => {
        note("stopVideo")(uid, until);
        return this.online.has(uid);
      },
      allowVideo: (uid) => {
        note("allowVideo")(uid);
        return this.online.has(uid);
      },
      closeRoom: (gid, reason) => {
        note("closeRoom")(gid, reason);
        return true;
      },
      moveUser: () => true,
      bounce: (gid, uid, rank) => {
        note("bounce")(gid, uid, rank);
        return this.online.has(uid);
      },
      message: (uid, text) => {
        note("message")(uid, text);
        return this.online.has(uid);
      },
      broadcast: (text) => {
        note("broadcast")(text);
        return this.online.size;
      },
      roomChanged: note("roomChanged"),
      roomRemoved: note("roomRemoved"),
      categoriesChanged: note("categoriesChanged"),
      accountChanged: note("accountChanged"),
      setSlow: (gid, seconds) => {
        note("setSlow")(gid, seconds);
        return this.openRooms.some((room) => room.gid === gid);
      },
      relationChanged: note("relationChanged"),
      accountRemoved: note("accountRemoved"),
      wordsChanged: note("wordsChanged"),
      muteChanged: note("muteChanged"),
      tail: () => () => {},
      watchSignOns: () => () => {},
      restart: () => null,
      stop: note("stop"),
    };
  }
}

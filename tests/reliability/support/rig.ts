/**
 * A whole server in this process, on its own ports, with users.
 *
 * @module
 */
import { join } from "node:path";
import { openFresh } from "../../support/db/fresh.ts";
import { runChatLine } from "../../../lib/commands/chat.ts";
import { CommandHost } from "../../../lib/commands/host.ts";
import { defaultConfig } from "../../../lib/config/config.ts";
import type { Value } from "../../../lib/config/setting.ts";
import type { Account, Role, Store } from "../../../lib/domain/store.ts";
import { configureLog } from "../../../lib/ops/log.ts";
import { PasswordHasher } from "../../../lib/ops/password_hash.ts";
import { encodeText } from "../../../lib/protocol/windows1252.ts";
import {
  type RunningServer,
  startServer,
} from "../../../lib/server/start_server.ts";
import { PASSWORD, Peer } from "./peer.ts";

/** Cheap to check, because these tests are not about passwords. */
const hash = await new PasswordHasher({ log2n: 1 }).hash(encodeText(PASSWORD));

export interface RigOptions {
  /** Settings by dotted key. */
  readonly config?: Readonly<Record<string, Value>>;
  /** Wraps the store that the server uses. */
  readonly wrap?: (store: Store) => Store;
}

export class Rig implements AsyncDisposable {
  /** Milliseconds by which the server's clock is ahead. */
  ahead = 0;
  /** Milliseconds by which only the wall clock has stepped. */
  stepped = 0;
  /** Every line of the log, including debug lines, as JSON. */
  readonly lines: string[] = [];
  readonly peers: Peer[] = [];
  server!: RunningServer;
  /** The store itself, without the wrapper. */
  store!: Store;
  /** Runs commands as another user. */
  host!: CommandHost;
  #users = 0;

  private constructor(
    readonly folder: string,
    readonly settings: Readonly<Record<string, Value>>,
  ) {}

  static async start({ config = {}, wrap }: RigOptions = {}): Promise<Rig> {
    const folder = await Deno.makeTempDir({ prefix: "retropal-rig-" });
    const rig = new Rig(folder, {
      "server.bind": "127.0.0.1",
      "server.chat_port": 0,
      "server.voice_port": 0,
      "server.video_port": 0,
      "web.enabled": false,
      "auth.scrypt_log2n": 1,
      // Tests of load are not about this limit.
      "limits.fanout_bytes_per_second": 1_000_000_000,
      ...config,
    });
    configureLog({
      level: "debug",
      format: "json",
      write: (line) => rig.lines.push(line),
    });
    rig.store = await openFresh(join(folder, "retropal.db"));
    const whole = defaultConfig(rig.settings);
    const host = rig.host = new CommandHost({
      store: rig.store,
      hasher: new PasswordHasher({ log2n: 1 }),
      config: whole,
    });
    rig.server = await startServer({
      config: whole,
      store: wrap?.(rig.store) ?? rig.store,
      runCommand: (live) => {
        host.live = live;
        return async (line, { nickname, uid, address, level }) => {
          const actor = { name: nickname, uid, address, level };
          return (await runChatLine(line, host.context(actor))).lines;
        };
      },
      clock: () => Date.now() + rig.ahead + rig.stepped,
      steady: () => performance.now() + rig.ahead,
    });
    return rig;
  }

  /** Changes settings of the running server, like `config set`. */
  change(settings: Readonly<Record<string, Value>>): void {
    const { needRestart } = this.server.config.take(
      defaultConfig({ ...this.settings, ...settings }),
    );
    if (needRestart.length > 0) throw new Error(`not live: ${needRestart}`);
  }

  /** Creates an account with the password {@linkcode PASSWORD}. */
  user(nickname = `user ${++this.#users}`, role: Role = "user"): Account {
    return this.store.accounts.create({
      nickname,
      role,
      passwordHash: hash,
      createdAt: Date.now(),
    });
  }

  async connect(options?: { mute?: boolean }): Promise<Peer> {
    const peer = await Peer.connect(this.server.chat, options);
    this.peers.push(peer);
    return peer;
  }

  /** Creates an account and signs it on. */
  async guest(nickname?: string, role?: Role): Promise<Peer> {
    const { uid } = this.user(nickname, role);
    return await (await this.connect()).signOn(uid);
  }

  /** Waits for something that the server does by itself. */
  async until(happened: () => boolean, what = "it"): Promise<void> {
    const deadline = Date.now() + 20_000;
    while (!happened()) {
      if (Date.now() > deadline) throw new Error(`never came: ${what}`);
      await new Promise((turn) => setTimeout(turn, 5));
    }
  }

  /** Waits until a line of the log contains all of these words. */
  async logged(...words: string[]): Promise<void> {
    await this.until(
      () => this.lines.some((line) => words.every((w) => line.includes(w))),
      `log line with ${words.join(", ")}`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.peers) peer.close();
    await this.server.stop("test over").catch(() => {});
    await Deno.remove(this.folder, { recursive: true });
  }
}

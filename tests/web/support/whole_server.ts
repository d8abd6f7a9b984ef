/**
 * Chat, voice and pages in this process, on free ports.
 *
 * @module
 */
import { join } from "node:path";
import { backupAside } from "../../../db/backup.ts";
import { openStore } from "../../../db/open.ts";
import { openFresh } from "../../support/db/fresh.ts";
import { PaltalkClient } from "../../../lib/client/mod.ts";
import type { Live } from "../../../lib/ops/live.ts";
import { defaultConfig } from "../../../lib/config/config.ts";
import { LiveConfig } from "../../../lib/config/live_config.ts";
import { loadConfig } from "../../../lib/config/load.ts";
import { SettingsKeeper } from "../../../lib/config/settings_keeper.ts";
import type { Value } from "../../../lib/config/setting.ts";
import type { Account, NewAccount, Store } from "../../../lib/domain/store.ts";
import { PasswordHasher } from "../../../lib/ops/password_hash.ts";
import { encodeText } from "../../../lib/protocol/windows1252.ts";
import { SetupDoor } from "../../../lib/web/setup_door.ts";
import { startServer } from "../../../lib/server/start_server.ts";

export const PASSWORD = "secret11";

export interface WholeServer {
  readonly store: Store;
  readonly live: Live;
  /** Base URL such as "http://127.0.0.1:12345". */
  readonly pages: string;
  /** Base URL such as "https://127.0.0.1:12345"; "" without HTTPS. */
  readonly securePages: string;
  readonly setupDoor: SetupDoor;
  /** Folder of certificates. */
  readonly tlsFolder: string;
  /** Reloads the settings, like SIGHUP. */
  reload(more?: Readonly<Record<string, Value>>): void;
  addUser(nickname: string, more?: Partial<NewAccount>): Promise<Account>;
  /** Signs on with our own protocol client. */
  signOn(nickname: string, password?: string): Promise<PaltalkClient>;
  /** Names of the backups in its folder, newest first. */
  backups(): string[];
  /** Stops, and starts again on the same data with other ports. */
  restart(): Promise<void>;
}

export async function withWholeServer(
  work: (server: WholeServer) => Promise<void>,
  changes: Readonly<Record<string, Value>> = {},
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "retropal-whole-" });
  const settings = {
    "server.bind": "127.0.0.1",
    "server.chat_port": 0,
    "server.voice_port": 0,
    "server.video_port": 0,
    "auth.scrypt_log2n": 4,
    "web.bind": "127.0.0.1",
    "web.port": 0,
    "limits.packets_per_second": 1000,
    "limits.fanout_bytes_per_second": 1_000_000_000,
    "backup.nightly": false,
    ...changes,
  };
  const config = new LiveConfig(defaultConfig(settings));
  const tlsFolder = join(folder, "tls");
  const file = join(folder, "retropal.db");
  let store = await openFresh(file);
  const setupDoor = new SetupDoor();
  const tools = {
    config,
    tlsFolder,
    setupDoor,
    settings: settingsIn(join(folder, "retropal.toml"), settings, config),
    backup: async (copy: string, signal: AbortSignal) => {
      store.flush();
      return await backupAside(file, copy, signal);
    },
    backupFolder: join(folder, "backups"),
    // Only offered: performing it needs a separate process.
    restore: () => {},
  };
  let server = await startServer({ ...tools, store });
  const passwords = new PasswordHasher({ log2n: 4 });
  try {
    await work({
      get store() {
        return store;
      },
      get live() {
        return server.live;
      },
      get pages() {
        return `http://${server.web}`;
      },
      get securePages() {
        return server.webs === null ? "" : `https://${server.webs}`;
      },
      tlsFolder,
      setupDoor,
      reload: (more = {}) =>
        void config.take(defaultConfig({ ...settings, ...more })),
      async addUser(nickname, more = {}) {
        return store.accounts.create({
          nickname,
          passwordHash: await passwords.hash(encodeText(PASSWORD)),
          createdAt: Date.now(),
          ...more,
        });
      },
      signOn(nickname, password = PASSWORD) {
        const [host = "", port = ""] = server.chat.split(":");
        return PaltalkClient.signOn({
          host,
          port: Number(port),
          nickname,
          password,
        });
      },
      backups: () =>
        [...Deno.readDirSync(join(folder, "backups"))]
          .map(({ name }) => name).sort().reverse(),
      async restart() {
        await server.stop("restart");
        store = await openStore(file);
        server = await startServer({ ...tools, store });
      },
    });
  } finally {
    await server.stop("test over");
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Returns the settings that the desk can change; those of the test are flags.
 */
function settingsIn(
  path: string,
  given: Readonly<Record<string, Value>>,
  config: LiveConfig,
): SettingsKeeper {
  Deno.writeTextFileSync(path, "");
  const flags = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, String(value)]),
  );
  const sources = () => ({
    flags,
    file: { path, text: Deno.readTextFileSync(path) },
  });
  return new SettingsKeeper({
    path,
    sources,
    reload: () => config.take(loadConfig(sources()).config),
  });
}

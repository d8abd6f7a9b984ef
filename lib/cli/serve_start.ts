/**
 * Opens the store and starts the server, for `retropal serve`.
 *
 * @module
 */
import { resolve } from "node:path";
import { backupAside } from "../../db/backup.ts";
import { openStore } from "../../db/open.ts";
import { CommandHost } from "../commands/host.ts";
import type { Config } from "../config/config.ts";
import { LiveConfig } from "../config/live_config.ts";
import { SettingsKeeper } from "../config/settings_keeper.ts";
import { logger } from "../ops/log.ts";
import { takeHandover, writeHandover } from "../ops/handover_file.ts";
import { type RunningServer, startServer } from "../server/start_server.ts";
import { passwordHasher } from "../server/core.ts";
import { runChatLine } from "../commands/chat.ts";
import type { Session } from "../domain/session.ts";
import { LEVEL } from "../domain/store.ts";
import { SetupDoor } from "../web/setup_door.ts";
import type { Leader } from "../cluster/leader.ts";
import { firstRun } from "./first_run.ts";
import { type Local } from "./local.ts";
import { type RestoreWish } from "./pending_restore.ts";
import { withPortsOf } from "./ports.ts";
import { EXIT_REPLACED } from "./serve_core.ts";
import { type Flags } from "./serve_flags.ts";

/**
 * Opens the store, prepares a new one for its first use, and starts the server.
 */
export async function startOnData(
  local: Local,
  initial: Config,
  flags: Flags,
  restore: (wish: RestoreWish) => void,
  leader?: Leader,
): Promise<{ host: CommandHost; server: RunningServer }> {
  const { folder, terminal } = local;
  const readConfig = () => withPortsOf(initial, local.loadConfig(flags));
  const store = leader?.store ?? await openStore(folder.database, {
    durability: initial.store.durability,
    onUpgrade: ({ from, to, backup }) =>
      logger("store").info("database upgraded", { from, to, backup }),
  });
  try {
    const replaced = Promise.withResolvers<void>();
    const config = new LiveConfig(initial);
    const hasher = passwordHasher(config);
    const setupDoor = new SetupDoor();
    const openSetup = () => setupDoor.open();
    const welcome = await firstRun({
      store,
      hasher,
      config: initial,
      local,
      openSetup,
    });
    for (const line of welcome.account) terminal.err(line);
    const host = new CommandHost({
      store,
      hasher,
      config,
      readConfig,
      openSetup,
    });
    const server = await startServer({
      config,
      store,
      passwords: hasher,
      tlsFolder: folder.tls,
      backup: async (file, signal) => {
        store.flush();
        return await backupAside(folder.database, file, signal);
      },
      backupFolder: folder.backups,
      // A restore on a leader would make the copies of a cluster useless.
      ...(initial.cluster.role === "" && {
        restore: (file, actor) => restore({ file, actor }),
      }),
      dropFolder: folder.drops,
      // In a cluster the log holds the state that a hand-over file has
      // elsewhere.
      handover: leader === undefined
        ? takeHandover(folder.handover, Date.now())
        : undefined,
      writeHandover: (handover) => writeHandover(folder.handover, handover),
      setupDoor,
      settings: new SettingsKeeper({
        path: folder.config,
        sources: () => local.configSources(flags),
        reload: () => host.reload(),
      }),
      ...(leader !== undefined && {
        joinCluster: async (parts) => {
          // Loaded on demand, because only a server in a cluster needs NATS.
          const { startCore } = await import("../cluster/start.ts");
          return startCore(
            parts,
            resolve(folder.path),
            leader,
            () => replaced.resolve(),
          );
        },
      }),
      commandContext: (actor, run) => host.context(actor, run),
      runCommand: (live) => {
        host.live = live;
        return (line, session) => answerChat(host, line, session);
      },
    });
    void replaced.promise.then(() =>
      server.stop("another core leads", EXIT_REPLACED)
    );
    for (const line of welcome.next(server)) terminal.err(line);
    return { host, server };
  } catch (error) {
    store.close();
    throw error;
  }
}

async function answerChat(
  host: CommandHost,
  line: string,
  { nickname, uid, address, account }: Session,
): Promise<readonly string[]> {
  const actor = { name: nickname, uid, address, level: LEVEL[account.role] };
  return (await runChatLine(line, host.context(actor))).lines;
}

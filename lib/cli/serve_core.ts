/**
 * `retropal serve` in the role "core": stands by with a copy of the database,
 * serves while it is the leader, and then stands by again.
 *
 * @module
 */
import { resolve } from "node:path";
import { writeCoreFile } from "../cluster/core_file.ts";
import type { CoreNode } from "../cluster/core_node.ts";
import type { Leader } from "../cluster/leader.ts";
import type { Config } from "../config/config.ts";
import type { DataFolder } from "../config/data_folder.ts";
import { logger } from "../ops/log.ts";
import { watchSignals } from "./signals.ts";

/** Result of a leader that was replaced; never an exit code of the process. */
export const EXIT_REPLACED = -1;

const LOOK_MS = 500;

export interface CoreRun {
  readonly folder: DataFolder;
  readonly config: Config;
  /** Called when the core stands by. */
  readonly standby: () => void;
  /**
   * Serves as the leader. Resolves with the exit code, or {@linkcode
   * EXIT_REPLACED}.
   */
  readonly lead: (leader: Leader) => Promise<number>;
}

/**
 * Runs the core. Resolves with the exit code. Rejects with NatsError,
 * CannotListen.
 */
export async function serveCore(run: CoreRun): Promise<number> {
  const { config, folder } = run;
  const log = logger("cluster");
  // Loaded on demand, because only a server in a cluster needs NATS.
  const { openCore } = await import("../cluster/start.ts");
  for (;;) {
    const ended = Promise.withResolvers<"stopped">();
    const unwatch = watchSignals({
      stop: () => {
        ended.resolve("stopped");
        return Promise.resolve();
      },
      restart: () => "A standby core has nothing to hand over.",
    }, { reload: () => ({ applied: [], needRestart: [] }) });
    let isWatched = true;
    const stopWatching = () => {
      if (isWatched) unwatch();
      isWatched = false;
    };
    try {
      const opening = openCore(config, folder.database, resolve(folder.path));
      const membership = await Promise.race([opening, ended.promise]);
      if (membership === "stopped") return 0;
      await using core = membership;
      const following = core.node.follow(run.standby);
      await using _file = keepCoreFile(core.node, run);
      const term = await Promise.race([following, ended.promise]);
      if (term === "stopped" || term === undefined) {
        core.node.stop();
        await following;
        return 0;
      }
      log.info("this core is the leader", { term: term.epoch });
      const leader = await core.open(term);
      stopWatching();
      const code = await run.lead(leader);
      if (code !== EXIT_REPLACED) return code;
      log.warn("another core is the leader; this one stands by");
    } finally {
      stopWatching();
    }
  }
}

/** Writes the file by which commands recognize the folder of a core. */
function keepCoreFile(
  { lease }: Pick<CoreNode, "lease">,
  { config, folder }: CoreRun,
): AsyncDisposable {
  const cluster = config.cluster.name;
  const name = `${Deno.hostname()}:${resolve(folder.path)}`;
  let written: string | undefined;
  const look = () => {
    if (lease.holder === written) return;
    written = lease.holder;
    writeCoreFile(folder.core, { cluster, name, leader: written });
  };
  look();
  const timer = setInterval(look, LOOK_MS);
  return {
    [Symbol.asyncDispose]() {
      clearInterval(timer);
      return Promise.resolve();
    },
  };
}

/** Returns the line on standard output of a core that stands by. */
export function standbyLine(): string {
  return `ready ${
    JSON.stringify({
      chat: null,
      voice: null,
      video: null,
      web: null,
      webs: null,
      pid: Deno.pid,
      role: "core",
      standby: true,
    })
  }`;
}

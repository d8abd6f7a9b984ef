/**
 * Automatic backups of the running server.
 *
 * @module
 */
import { keepOwner } from "../ops/owner.ts";
import { logger } from "../ops/log.ts";
import {
  NightlyBackups,
  type NightlyOptions,
} from "../upkeep/nightly_backups.ts";
import type { Core } from "./core.ts";

export interface BackupTools {
  readonly backup?: NightlyOptions["take"];
  readonly backupFolder?: string;
}

/** Returns undefined when this server has no folder for them. */
export function startBackups(
  { config, store, clock }: Core,
  { backup, backupFolder: folder }: BackupTools,
): NightlyBackups | undefined {
  if (backup === undefined || folder === undefined) return undefined;
  return new NightlyBackups({
    folder,
    take: backup,
    noted(file) {
      store.audit.add({
        at: clock(),
        actor: "server",
        actorUid: null,
        address: null,
        action: "backup",
        target: file,
        before: null,
        after: null,
      });
    },
    makeFolder(path) {
      Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
      keepOwner(path);
    },
    config: () => config.current,
    log: logger("backup"),
    clock,
  });
}

/**
 * Carries out a restore that was requested on the desk: the server stops, the
 * backup replaces the database, and the server starts again in the same
 * process.
 *
 * @module
 */
import { basename } from "node:path";
import { openStore } from "../../db/open.ts";
import { restoreFrom } from "../../db/restore.ts";
import type { Actor } from "../actions/acting.ts";
import { buildConfig, type Config, valueAt } from "../config/config.ts";
import { logger } from "../ops/log.ts";
import type { RunningServer } from "../server/start_server.ts";

export interface RestoreWish {
  /** Path of the backup. */
  readonly file: string;
  readonly actor: Actor;
}

/**
 * Restores while the database is closed. A failure is logged and recorded, and
 * the previous database stays. Throws only when that cannot be put back, for
 * example on a full disk.
 */
export async function restoreBetween(
  database: string,
  { file, actor }: RestoreWish,
  now: number,
): Promise<void> {
  const log = logger("backup");
  let replaced: string | undefined;
  let failure: string | null = null;
  try {
    replaced = restoreFrom(file, database, now).replaced;
    // Verified now, because a database that cannot be opened would end the
    // server permanently.
    (await openStore(database)).close();
    log.info("backup restored", { file, by: actor.name, replaced });
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
    log.error("backup not restored", { file, error: failure });
    if (replaced !== undefined) restoreFrom(replaced, database, now + 1000);
  }
  const store = await openStore(database);
  try {
    store.audit.add({
      at: now,
      actor: actor.name,
      actorUid: actor.uid,
      address: actor.address,
      action: failure === null ? "restore" : "restore failed",
      target: basename(file),
      before: replaced ?? null,
      after: failure,
    });
  } finally {
    store.close();
  }
}

/**
 * Replaces port 0 with the port that was used, so that it stays the same at the
 * next start.
 */
export function withBoundPorts(config: Config, server: RunningServer): Config {
  const bound: Readonly<Record<string, string | null>> = {
    "server.chat_port": server.chat,
    "server.voice_port": server.voice,
    "server.video_port": server.video,
    "web.port": server.web,
    "web.tls_port": server.webs,
  };
  return buildConfig((key) => {
    const value = valueAt(config, key);
    const endpoint = bound[key];
    return value === 0 && endpoint
      ? Number(endpoint.slice(endpoint.lastIndexOf(":") + 1))
      : value;
  });
}

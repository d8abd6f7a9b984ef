/**
 * Brings a database to the newest schema.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import { StoreError } from "../lib/domain/store.ts";
import { backupTo, stamp } from "./backup.ts";
import { APPLICATION_ID, refuseNewer, schemaVersion } from "./check.ts";
import type { Database } from "./database.ts";
import { type Migration, MIGRATIONS } from "./migrations/mod.ts";

/** The version to which `migrations` lead. */
export function newestSchema(
  migrations: readonly Migration[] = MIGRATIONS,
): number {
  return migrations.at(-1)?.version ?? 0;
}

/**
 * Runs the steps that are missing, each in a transaction of its own, after a
 * backup beside the file when there is something to lose. Gives the path of
 * that backup. Throws StoreError; a step that fails is undone, those before
 * it stay.
 *
 * @param now milliseconds, for the backup's name and for rows that are new.
 */
export async function migrate(
  db: Database,
  now: number,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<string | undefined> {
  refuseNewer(db, newestSchema(migrations));
  const from = schemaVersion(db);
  if (from === newestSchema(migrations)) return undefined;

  let backup: string | undefined;
  if (from > 0) {
    const name = `${basename(db.path)}.backup-v${from}-${stamp(now)}`;
    backup = join(dirname(db.path), name);
    await backupTo(db.path, backup);
  }
  for (const migration of migrations) step(db, now, migration);
  return backup;
}

function step(db: Database, now: number, migration: Migration): void {
  const { version, name, up, fill } = migration;
  try {
    db.transaction(() => {
      // Looked up inside: another process may have come first.
      if (db.pragma("user_version") >= version) return;
      db.exec(up);
      fill?.(db, now);
      db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
      db.exec(`PRAGMA user_version = ${version}`);
    });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new StoreError(
      error.code,
      `Upgrade step ${version} (${name}) failed and was undone: ${error.message}`,
      { cause: error },
    );
  }
}

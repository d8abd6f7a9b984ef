/**
 * Upgrades a database to the newest schema.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import { StoreError } from "../lib/domain/store.ts";
import { backupTo, stamp } from "./backup.ts";
import { APPLICATION_ID, refuseNewer, schemaVersion } from "./check.ts";
import type { Database } from "./database.ts";
import { type Migration, MIGRATIONS } from "./migrations/mod.ts";

/** Returns the schema version after all of `migrations`. */
export function newestSchema(
  migrations: readonly Migration[] = MIGRATIONS,
): number {
  return migrations.at(-1)?.version ?? 0;
}

/**
 * Runs the missing migrations, each in its own transaction, after backing up a
 * file that has data. Returns the path of the backup. Throws StoreError; a
 * failed migration is rolled back, and the ones before it stay applied.
 *
 * @param now milliseconds, for the backup's name and for new rows
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
  // SQLite ignores this pragma inside a transaction. With foreign keys on,
  // dropping a table would delete the rows that refer to it.
  db.exec("PRAGMA foreign_keys = OFF");
  try {
    for (const migration of migrations) step(db, now, migration);
  } finally {
    db.exec("PRAGMA foreign_keys = ON");
  }
  return backup;
}

function step(db: Database, now: number, migration: Migration): void {
  const { version, name, up, fill } = migration;
  try {
    db.transaction(() => {
      // Read inside the transaction, because another process may have been
      // first.
      if (db.pragma("user_version") >= version) return;
      db.exec(up);
      fill?.(db, now);
      requireReferences(db);
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

function requireReferences(db: Database): void {
  const row = db.statement<{ table: string; parent: string }>(
    "PRAGMA foreign_key_check",
  ).get();
  if (row === undefined) return;
  throw new StoreError(
    "corrupt",
    `a row of ${row.table} refers to a row of ${row.parent} that does not exist`,
  );
}

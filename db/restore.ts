/**
 * Replaces the database with a backup.
 *
 * @module
 */

import { StoreError } from "../lib/domain/store.ts";
import { keepOwner } from "../lib/ops/owner.ts";
import { type BackupFacts, stamp, verifyBackup } from "./backup.ts";
import { Database } from "./database.ts";
import { toStoreError } from "./errors.ts";
import { exists, removeFile, syncFile } from "./files.ts";
import { newestSchema } from "./migrate.ts";

const UNFINISHED = ["web_sessions", "mails"];

export interface Restored extends BackupFacts {
  /** Path of the previous database; undefined when there was none. */
  readonly replaced: string | undefined;
}

/**
 * Verifies `backup`, renames the database at `path` to
 * `<path>.replaced-<time>`, and atomically puts a copy of the backup in its
 * place: a killed process leaves the old database or the new one. The caller
 * holds the folder's lock (db/lock.ts). Throws StoreError with nothing changed.
 *
 * @param now milliseconds, for the name of the previous database
 */
export function restoreFrom(
  backup: string,
  path: string,
  now: number,
): Restored {
  const facts = verifyBackup(backup);
  if (facts.schema > newestSchema()) {
    throw new StoreError(
      "newer-schema",
      `${backup} is of a newer retropal (schema ${facts.schema}, this one knows ${newestSchema()}): use that newer retropal.`,
    );
  }
  const partial = `${path}.partial`;
  try {
    Deno.copyFileSync(backup, partial);
    // A backup that is read-only would give a read-only database.
    if (Deno.build.os !== "windows") Deno.chmodSync(partial, 0o600);
    keepOwner(partial);
    forgetUnfinished(partial);
    syncFile(partial);
    const replaced = keep(path, `${path}.replaced-${stamp(now)}`);
    Deno.renameSync(partial, path);
    return { ...facts, replaced };
  } catch (error) {
    removeFile(partial);
    throw toStoreError(error);
  }
}

/**
 * Empties the tables whose rows were in progress when the backup was made: a
 * browser that has signed out since must not be signed in again, and no mail
 * be sent twice.
 */
function forgetUnfinished(path: string): void {
  const db = new Database(path);
  try {
    for (const table of UNFINISHED) {
      const known = db.statement("SELECT 1 FROM sqlite_schema WHERE name = ?")
        .get(table);
      if (known !== undefined) db.statement(`DELETE FROM ${table}`).run();
    }
  } finally {
    db.close();
  }
}

/**
 * Copies `path` with its write-ahead log, then merges the log of the original.
 */
function keep(path: string, as: string): string | undefined {
  if (!exists(path)) return undefined;
  // Copied before SQLite opens them, because it would clear the log of a
  // damaged file.
  for (const part of ["-wal", ""]) {
    if (!exists(path + part)) continue;
    Deno.copyFileSync(path + part, as + part);
    keepOwner(as + part);
    syncFile(as + part);
  }
  try {
    // Closing the last connection merges the log into the file.
    new Database(path).close();
  } catch {
    // The file is too damaged for SQLite; the plain copy is all that can be
    // kept.
  }
  // SQLite would apply a log that stays behind to the restored database.
  for (const part of ["-wal", "-shm"]) removeFile(path + part);
  return as;
}

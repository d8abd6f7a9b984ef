/**
 * Puts a backup in the place of the database.
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

const UNFINISHED = ["web_sessions"];

export interface Restored extends BackupFacts {
  /** Where the database that was there is now; undefined when none was. */
  readonly replaced: string | undefined;
}

/**
 * Checks `backup`, keeps what is at `path` as `<path>.replaced-<time>`, and
 * puts a copy of the backup there in one step: a process killed on the way
 * leaves the old database or the new one, never none. The caller holds the
 * folder's lock (db/lock.ts). Throws StoreError and then changes nothing.
 *
 * @param now milliseconds, for the name of what is kept.
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
    // A read-only backup must not make a read-only database.
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
 * browser that has signed out since must not be signed in again.
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

/** Copies `path` with its log, then leaves it without one. */
function keep(path: string, as: string): string | undefined {
  if (!exists(path)) return undefined;
  // Copied before SQLite sees them: it would clear the log of a damaged file.
  for (const part of ["-wal", ""]) {
    if (!exists(path + part)) continue;
    Deno.copyFileSync(path + part, as + part);
    keepOwner(as + part);
    syncFile(as + part);
  }
  try {
    // Closing the last connection writes the log into the file.
    new Database(path).close();
  } catch {
    // Too damaged for that; the copy is all that can be kept.
  }
  // Left behind, the log would be played into the restored database.
  for (const part of ["-wal", "-shm"]) removeFile(path + part);
  return as;
}

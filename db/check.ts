/**
 * Checks that a database file belongs to retropal and is intact, and reads its
 * schema version.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import { StoreError } from "../lib/domain/store.ts";
import type { Database } from "./database.ts";

/** "rpal" in the file's header marks the databases of this program. */
export const APPLICATION_ID = 0x7270616c;

/**
 * Returns the schema's version, 0 for an empty file. Throws
 * StoreError("corrupt") when the database belongs to another program.
 */
export function schemaVersion(db: Database): number {
  if (isEmpty(db)) return 0;
  if (db.pragma("application_id") === APPLICATION_ID) {
    return db.pragma("user_version");
  }
  throw new StoreError(
    "corrupt",
    `${db.path} is a SQLite database, but not one of retropal: move it away or give another data folder.`,
  );
}

function isEmpty(db: Database): boolean {
  return db.statement("SELECT 1 FROM sqlite_schema LIMIT 1").get() ===
    undefined;
}

/**
 * Reads the whole file: `quick` checks the pages, `full` the indexes as well.
 * Throws StoreError("corrupt") with the first problem that SQLite reports.
 */
export function checkIntegrity(db: Database, how: "quick" | "full"): void {
  const pragma = how === "quick" ? "quick_check" : "integrity_check";
  let row: Record<string, string> | undefined;
  try {
    row = db.statement<Record<string, string>>(`PRAGMA ${pragma}(1)`).get();
  } catch (error) {
    throw explainDamage(db.path, error);
  }
  const [finding = "no answer"] = Object.values(row ?? {});
  if (finding === "ok") return;
  throw explainDamage(db.path, new StoreError("corrupt", finding.trim()));
}

/** Adds advice to an error that means a damaged file. */
export function explainDamage(path: string, error: unknown): unknown {
  if (!(error instanceof StoreError) || error.code !== "corrupt") return error;
  const { message } = error.cause instanceof Error ? error.cause : error;
  const backup = newestBackup(path);
  return new StoreError(
    "corrupt",
    `${path} is damaged (${message}). Keep a copy of it, then ` +
      (backup === undefined
        ? "restore a backup."
        : `restore a backup; the newest beside it is ${backup}.`),
    { cause: error },
  );
}

/** Throws StoreError("newer-schema") when the schema is newer than `known`. */
export function refuseNewer(db: Database, known: number): void {
  const version = schemaVersion(db);
  if (version <= known) return;
  const backup = newestBackup(db.path);
  throw new StoreError(
    "newer-schema",
    `${db.path} was written by a newer retropal (schema ${version}, this one knows ${known}): ` +
      (backup === undefined
        ? "use that newer retropal."
        : `use that newer retropal, or restore the backup ${backup}.`),
  );
}

/** Returns the name of the newest `<file>.backup-*` in the same folder. */
export function newestBackup(path: string): string | undefined {
  const folder = dirname(path);
  const stem = `${basename(path)}.backup-`;
  let newest: { name: string; at: number } | undefined;
  for (const { name, isFile } of Deno.readDirSync(folder)) {
    if (!isFile || !name.startsWith(stem) || name.endsWith(".partial")) {
      continue;
    }
    const at = Deno.statSync(join(folder, name)).mtime?.getTime() ?? 0;
    if (newest === undefined || at >= newest.at) newest = { name, at };
  }
  return newest?.name;
}

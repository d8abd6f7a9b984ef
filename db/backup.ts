/**
 * Copies of the database that can be trusted: taken live, checked, rotated.
 *
 * @module
 */

import { backup as copyPages, DatabaseSync } from "node:sqlite";
import { basename, join } from "node:path";
import { StoreError } from "../lib/domain/store.ts";
import { checkIntegrity, schemaVersion } from "./check.ts";
import { Database } from "./database.ts";
import { toStoreError } from "./errors.ts";
import { createPrivate, exists, removeFile, syncFile } from "./files.ts";

/** `done` of `total` pages are copied; a page is 4096 bytes. */
export type Progress = (done: number, total: number) => void;

const PAGES_A_REPORT = 256;

/** What {@linkcode verifyBackup} found in a file that is whole. */
export interface BackupFacts {
  /** `PRAGMA user_version`. */
  readonly schema: number;
  /** People, without the system user. */
  readonly accounts: number;
  /** Permanent rooms. */
  readonly rooms: number;
  readonly bytes: number;
}

/**
 * Copies the database at `path` to the new file `to`, as it stands at this
 * moment, while others go on writing. `to` appears when it is complete,
 * checked and on the disk, or not at all. Throws StoreError.
 *
 * What a running server has deferred (`Store.flush`) is not in it. Copying
 * does not let the event loop turn: call it from a process that has no
 * clients to serve.
 */
export async function backupTo(
  path: string,
  to: string,
  onProgress?: Progress,
): Promise<BackupFacts> {
  if (exists(to)) {
    throw new StoreError("in-use", `${to} exists already: name a new file.`);
  }
  const partial = `${to}.partial`;
  removeFile(partial);
  try {
    createPrivate(partial);
    await copy(path, partial, onProgress);
    seal(partial);
    const facts = verifyBackup(partial);
    Deno.renameSync(partial, to);
    return facts;
  } catch (error) {
    removeFile(partial);
    throw toStoreError(error);
  }
}

/**
 * Reads the whole file. Throws StoreError("corrupt") when it is damaged or
 * not ours.
 */
export function verifyBackup(file: string): BackupFacts {
  const db = new Database(file, { readOnly: true });
  try {
    const schema = schemaVersion(db);
    if (schema === 0) {
      throw new StoreError("corrupt", `${file} is an empty database.`);
    }
    checkIntegrity(db, "full");
    const count = (table: string) =>
      db.statement<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`)
        .get()?.rows ?? 0;
    return {
      schema,
      accounts: count("users") - 1,
      rooms: count("groups"),
      bytes: Deno.statSync(file).size,
    };
  } finally {
    db.close();
  }
}

/** `retropal.db.backup-20260731T120000`: sorts by age. */
export function backupName(path: string, now: number): string {
  return `${basename(path)}.backup-${stamp(now)}`;
}

/** `now` (milliseconds) as yyyymmddThhmmss in UTC. */
export function stamp(now: number): string {
  return new Date(now).toISOString().replace(/\.\d+Z$|[-:]/g, "");
}

/**
 * Keeps the `keep` youngest files of `folder` whose names begin with `stem`
 * and removes the other ones. Gives the names of those removed.
 */
export function rotate(
  folder: string,
  keep: number,
  stem = "retropal.db.backup-",
): string[] {
  const files = [...Deno.readDirSync(folder)]
    .filter(({ name, isFile }) =>
      isFile && name.startsWith(stem) && !name.endsWith(".partial")
    )
    .map(({ name }) => ({ name, at: modified(join(folder, name)) }))
    .sort((a, b) => b.at - a.at || (a.name < b.name ? 1 : -1));
  const old = files.slice(Math.max(0, keep)).map(({ name }) => name);
  for (const name of old) Deno.removeSync(join(folder, name));
  return old;
}

async function copy(
  path: string,
  to: string,
  onProgress?: Progress,
): Promise<void> {
  const source = new DatabaseSync(path, { readOnly: true });
  try {
    source.exec("PRAGMA busy_timeout = 5000");
    // Holds one view of the data: without it every write of another process
    // would make the copy begin anew.
    source.exec("BEGIN; SELECT 1 FROM sqlite_schema");
    await copyPages(source, to, {
      rate: PAGES_A_REPORT,
      progress: ({ totalPages, remainingPages }) =>
        onProgress?.(totalPages - remainingPages, totalPages),
    });
  } finally {
    source.close();
  }
}

/** Makes it one file without companions, and waits for the disk. */
function seal(file: string): void {
  const db = new DatabaseSync(file);
  try {
    db.exec("PRAGMA journal_mode = DELETE");
  } finally {
    db.close();
  }
  syncFile(file);
}

function modified(file: string): number {
  return Deno.statSync(file).mtime?.getTime() ?? 0;
}

/**
 * Makes and verifies copies of the database while it is in use.
 *
 * @module
 */

import { backup as copyPages, DatabaseSync } from "node:sqlite";
import { basename, dirname } from "node:path";
import { StoreError } from "../lib/domain/store.ts";
import { Cancelled, copyInThread } from "./backup_thread.ts";
import { checkIntegrity, schemaVersion } from "./check.ts";
import { Database } from "./database.ts";
import { toStoreError } from "./errors.ts";
import { createPrivate, exists, removeFile, syncFile } from "./files.ts";

/** Called when `done` of `total` pages of 4096 bytes are copied. */
export type Progress = (done: number, total: number) => void;

const PAGES_A_REPORT = 256;

/** Facts about a backup that {@linkcode verifyBackup} found intact. */
export interface BackupFacts {
  /** `PRAGMA user_version`. */
  readonly schema: number;
  /** Number of accounts without the system user. */
  readonly accounts: number;
  /** Number of permanent rooms. */
  readonly rooms: number;
  readonly bytes: number;
}

/**
 * Copies the current state of the database at `path` to the new file `to`,
 * while other connections may write. `to` appears only when it is complete,
 * verified and synced to the disk. Throws StoreError.
 *
 * Changes that a running server has deferred (`Store.flush`) are not included.
 * The copy blocks the event loop, so a process that serves clients calls
 * {@linkcode backupAside} instead.
 */
export function backupTo(
  path: string,
  to: string,
  onProgress?: Progress,
): Promise<BackupFacts> {
  return putCopy(path, to, async (partial) => {
    await copy(path, partial, onProgress);
    seal(partial);
    return verifyBackup(partial);
  });
}

/**
 * Does the same as {@linkcode backupTo} in a worker thread. Rejects with
 * Cancelled when `signal` is aborted, and leaves no file then.
 */
export function backupAside(
  path: string,
  to: string,
  signal?: AbortSignal,
): Promise<BackupFacts> {
  return putCopy(path, to, async (partial) => {
    await copyInThread(path, partial, signal);
    return readFacts(partial);
  });
}

const REMOVAL_TRIES = 20;
const REMOVAL_PAUSE_MS = 50;

/** Verifies the copy that `make` writes, and moves it to `to`. */
async function putCopy(
  path: string,
  to: string,
  make: (partial: string) => Promise<BackupFacts>,
): Promise<BackupFacts> {
  if (exists(to)) {
    throw new StoreError(
      "in-use",
      `${to} already exists: choose a new file name.`,
    );
  }
  // In a folder where others may write, another user could replace our file
  // with theirs. There the copy is made in the database's own folder, and then
  // written through a file descriptor that only this process has.
  const shared = othersMayWrite(dirname(to));
  const partial = `${shared ? `${path}.${basename(to)}` : to}.partial`;
  // A killed process may have left one.
  removeFile(partial);
  try {
    createPrivate(partial, { mustBeNew: true });
    const facts = await make(partial);
    if (shared) {
      copyToNew(partial, to);
      removeFile(partial);
    } else Deno.renameSync(partial, to);
    return facts;
  } catch (error) {
    await removeWhenClosed(partial);
    throw error instanceof Cancelled ? error : toStoreError(error);
  }
}

/**
 * Removes a file that a thread that was just ended may have open for a moment
 * longer: Windows removes no open file.
 */
async function removeWhenClosed(file: string): Promise<void> {
  for (let tries = 0; tries < REMOVAL_TRIES; tries++) {
    try {
      return removeFile(file);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, REMOVAL_PAUSE_MS));
    }
  }
  // What failed first matters more than a file that stays behind.
}

/** Returns whether other users of this machine may create files in a folder. */
function othersMayWrite(folder: string): boolean {
  try {
    const { mode } = Deno.statSync(folder);
    return mode !== null && (mode & 0o022) !== 0;
  } catch (error) {
    throw toStoreError(error);
  }
}

function copyToNew(from: string, to: string): void {
  using source = Deno.openSync(from);
  using target = Deno.openSync(to, {
    write: true,
    createNew: true,
    mode: 0o600,
  });
  const buffer = new Uint8Array(65536);
  try {
    let count: number | null;
    while ((count = source.readSync(buffer)) !== null) {
      for (let at = 0; at < count;) {
        at += target.writeSync(buffer.subarray(at, count));
      }
    }
    target.syncSync();
  } catch (error) {
    removeFile(to);
    throw error;
  }
}

/**
 * Reads the whole file. Throws StoreError("corrupt") when it is damaged or
 * belongs to another program.
 */
export function verifyBackup(file: string): BackupFacts {
  return readFacts(file, (db) => checkIntegrity(db, "full"));
}

/**
 * Reads a backup's facts; `check` can read more of it. Throws StoreError when
 * the file is no database of this program.
 */
export function readFacts(
  file: string,
  check: (db: Database) => void = () => {},
): BackupFacts {
  const db = new Database(file, { readOnly: true });
  try {
    const schema = schemaVersion(db);
    if (schema === 0) {
      throw new StoreError("corrupt", `${file} is an empty database.`);
    }
    check(db);
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

/**
 * Returns a name such as `retropal.db.backup-20260731T120000`; names sort by
 * age.
 */
export function backupName(path: string, now: number): string {
  return `${basename(path)}.backup-${stamp(now)}`;
}

/** Formats `now` (milliseconds) as yyyymmddThhmmss in UTC. */
export function stamp(now: number): string {
  return new Date(now).toISOString().replace(/\.\d+Z$|[-:]/g, "");
}

async function copy(
  path: string,
  to: string,
  onProgress?: Progress,
): Promise<void> {
  const source = new DatabaseSync(path, { readOnly: true });
  try {
    source.exec("PRAGMA busy_timeout = 5000");
    // Reads one snapshot of the data. Otherwise every write of another process
    // would restart the copy.
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

/**
 * Turns the copy into a single file without a write-ahead log, and syncs it to
 * the disk.
 */
function seal(file: string): void {
  const db = new DatabaseSync(file);
  try {
    db.exec("PRAGMA journal_mode = DELETE");
  } finally {
    db.close();
  }
  syncFile(file);
}

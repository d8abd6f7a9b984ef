/**
 * Copies of the database that can be trusted: taken live and checked.
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
 * does not let the event loop turn: a process that has clients to serve calls
 * {@linkcode backupAside}.
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
 * Does what {@linkcode backupTo} does in a thread of its own. Rejects with
 * Cancelled when `signal` is aborted; no file is left then.
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

/** Puts the copy that `make` fills and checks in the place of `to`. */
async function putCopy(
  path: string,
  to: string,
  make: (partial: string) => Promise<BackupFacts>,
): Promise<BackupFacts> {
  if (exists(to)) {
    throw new StoreError("in-use", `${to} exists already: name a new file.`);
  }
  // In a folder where others may write, another user could put a file of their
  // own in the place of ours: there the copy is made at home, and then written
  // through a file that nobody else can have opened.
  const shared = othersMayWrite(dirname(to));
  const partial = `${shared ? `${path}.${basename(to)}` : to}.partial`;
  // Left behind by a process that was killed.
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
    removeFile(partial);
    throw error instanceof Cancelled ? error : toStoreError(error);
  }
}

/** Whether other users of this machine may make files in a folder. */
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
 * not ours.
 */
export function verifyBackup(file: string): BackupFacts {
  return readFacts(file, (db) => checkIntegrity(db, "full"));
}

function readFacts(
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

/** `retropal.db.backup-20260731T120000`: sorts by age. */
export function backupName(path: string, now: number): string {
  return `${basename(path)}.backup-${stamp(now)}`;
}

/** `now` (milliseconds) as yyyymmddThhmmss in UTC. */
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
    // Holds one view of the data: without it every write of another process
    // would make the copy start again.
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

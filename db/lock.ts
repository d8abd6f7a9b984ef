/**
 * One writer at a time in a data folder: the server, or a command while no
 * server runs.
 *
 * The lock is SQLite's own, on an empty database file beside the real one:
 * it works on every system, never waits, needs no call that older runtimes
 * lack, and the system lets go of it when the process dies, however it dies.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { StoreError } from "../lib/domain/store.ts";
import { keepOwner } from "../lib/ops/owner.ts";
import { toStoreError } from "./errors.ts";
import { createPrivate } from "./files.ts";

/** Who holds the lock of a folder. */
export interface Holder {
  readonly pid: number;
  /** What he does there: "serve", "user add". */
  readonly purpose: string;
}

/** Another process writes in this folder. */
export class FolderLocked extends StoreError {
  override name = "StoreError";
  constructor(folder: string, readonly holder: Holder | undefined) {
    const who = holder === undefined
      ? "another retropal"
      : `retropal ${holder.purpose} (process ${holder.pid})`;
    super("locked", `${folder} is in use by ${who}.`);
  }
}

const LOCK = "retropal.lock";
const HOLDER = "retropal.pid";
/** Long enough to outlast somebody who only looks. */
const PATIENCE_MS = 250;

/** Disposing of it lets go; so does the end of the process. */
export class FolderLock implements Disposable {
  readonly #db: DatabaseSync;
  readonly #holder: string;

  /**
   * Takes the lock, or throws {@linkcode FolderLocked} within a quarter of a
   * second; another StoreError when the folder cannot be written.
   */
  constructor(readonly folder: string, purpose: string) {
    this.#holder = join(folder, HOLDER);
    // Who could read the file could hold a lock on it.
    createPrivate(join(folder, LOCK));
    this.#db = open(folder);
    try {
      this.#db.exec(`PRAGMA busy_timeout = ${PATIENCE_MS}`);
      this.#db.exec("BEGIN EXCLUSIVE");
      const text = `${Deno.pid} ${purpose}\n`;
      Deno.writeTextFileSync(this.#holder, text, { mode: 0o600 });
      keepOwner(this.#holder);
    } catch (cause) {
      this.#db.close();
      const error = toStoreError(cause);
      throw error.code === "locked"
        ? new FolderLocked(folder, readHolder(folder))
        : error;
    }
  }

  [Symbol.dispose](): void {
    // Before the lock goes: afterwards the file may be somebody else's.
    try {
      Deno.removeSync(this.#holder);
    } catch {
      // Nobody reads it while the lock is free.
    }
    this.#db.close();
  }
}

/** Is the folder's lock held, and by whom? Does not take it. */
export function folderLockedBy(folder: string): FolderLocked | undefined {
  let db: DatabaseSync | undefined;
  try {
    Deno.statSync(join(folder, LOCK));
    db = open(folder);
    db.exec("SELECT 1 FROM sqlite_schema");
    return undefined;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    const error = toStoreError(cause);
    if (error.code !== "locked") throw error;
    return new FolderLocked(folder, readHolder(folder));
  } finally {
    db?.close();
  }
}

function open(folder: string): DatabaseSync {
  try {
    return new DatabaseSync(join(folder, LOCK));
  } catch (cause) {
    throw toStoreError(cause);
  }
}

function readHolder(folder: string): Holder | undefined {
  try {
    const text = Deno.readTextFileSync(join(folder, HOLDER));
    const [, pid, purpose] = /^(\d+) (.+)\n$/.exec(text) ?? [];
    return purpose === undefined ? undefined : { pid: Number(pid), purpose };
  } catch {
    return undefined;
  }
}

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
import { basename, dirname, join, resolve } from "node:path";
import { StoreError } from "../lib/domain/store.ts";
import { keepOwner } from "../lib/ops/owner.ts";
import { toStoreError } from "./errors.ts";
import { createPrivate } from "./files.ts";

/** Who holds the lock of a folder. */
export interface Holder {
  readonly pid: number;
  /** What they do there: "serve", "user add". */
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

const DATABASE = "retropal.db";
const LOCK = "retropal.lock";
const HOLDER = "retropal.pid";
/** Long enough to outlast somebody who only looks. */
const PATIENCE_MS = 250;

/** Disposing of it lets go; so does the end of the process. */
export class FolderLock implements Disposable {
  readonly #locks: readonly DatabaseSync[];
  readonly #holder: string;

  /**
   * Takes the lock, or throws {@linkcode FolderLocked} within a quarter of a
   * second; another StoreError when the folder cannot be written.
   */
  constructor(readonly folder: string, purpose: string) {
    this.#holder = join(folder, HOLDER);
    const locks: DatabaseSync[] = [];
    this.#locks = locks;
    try {
      for (const path of lockPaths(folder)) locks.push(take(path));
      const text = `${Deno.pid} ${purpose}\n`;
      Deno.writeTextFileSync(this.#holder, text, { mode: 0o600 });
      keepOwner(this.#holder);
    } catch (cause) {
      for (const lock of locks) lock.close();
      const error = cause instanceof StoreError ? cause : toStoreError(cause);
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
    for (const lock of this.#locks) lock.close();
  }
}

/**
 * The lock of the folder, and when its database is a link, the one beside the
 * file that it leads to: two folders must not serve one database.
 */
function lockPaths(folder: string): string[] {
  const own = join(folder, LOCK);
  const database = join(folder, DATABASE);
  let real: string;
  try {
    real = Deno.lstatSync(database).isSymlink ? linkedFile(database) : database;
  } catch {
    return [own];
  }
  refuseHardLink(real);
  return real === database ? [own] : [own, real.replace(/\.db$/, "") + ".lock"];
}

/**
 * SQLite keeps its journal beside the name under which it opened a database:
 * two names for one file mean two journals, and damage.
 */
function refuseHardLink(path: string): void {
  let names: number | null;
  try {
    names = Deno.statSync(path).nlink;
  } catch {
    return;
  }
  if (names === null || names < 2) return;
  throw new StoreError(
    "in-use",
    `${path} has ${names} names (hard links), and two servers could damage ` +
      "it. Give it one name: remove the other ones, or " +
      `\`cp ${path} ${path}.new\` and \`mv ${path}.new ${path}\`.`,
  );
}

/** The file may not exist yet; its folder must. */
function linkedFile(link: string, steps = 40): string {
  const target = resolve(dirname(link), Deno.readLinkSync(link));
  const file = join(Deno.realPathSync(dirname(target)), basename(target));
  try {
    const { isSymlink } = Deno.lstatSync(file);
    return isSymlink && steps > 0 ? linkedFile(file, steps - 1) : file;
  } catch {
    return file;
  }
}

function take(path: string): DatabaseSync {
  // Everybody who could read the file could hold a lock on it.
  createPrivate(path);
  const db = open(path);
  try {
    db.exec(`PRAGMA busy_timeout = ${PATIENCE_MS}`);
    db.exec("BEGIN EXCLUSIVE");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Is the folder's lock held, and by whom? Does not take it. */
export function folderLockedBy(folder: string): FolderLocked | undefined {
  let db: DatabaseSync | undefined;
  try {
    Deno.statSync(join(folder, LOCK));
    db = open(join(folder, LOCK));
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

function open(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path);
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

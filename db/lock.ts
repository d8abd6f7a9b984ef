/**
 * Allows one writer at a time in a data folder: the server, or a command while
 * no server is running.
 *
 * The lock is SQLite's own, on an empty database file beside the real one. It
 * works on every system, never waits, needs no call that older runtimes lack,
 * and is released by the operating system when the process dies.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { basename, dirname, join, resolve } from "node:path";
import { StoreError } from "../lib/domain/store.ts";
import { keepOwner } from "../lib/ops/owner.ts";
import { toStoreError } from "./errors.ts";
import { createPrivate } from "./files.ts";

/** The process that holds the lock of a folder. */
export interface Holder {
  readonly pid: number;
  /** The command that it runs: "serve", "user add". */
  readonly purpose: string;
}

/** Thrown when another process holds the lock. */
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
/** Longer than {@linkcode folderLockedBy} holds the lock to look at it. */
const PATIENCE_MS = 250;

/** Holds the lock until it is disposed of or the process ends. */
export class FolderLock implements Disposable {
  readonly #locks: readonly DatabaseSync[];
  readonly #holder: string;

  /**
   * Takes the lock. Throws {@linkcode FolderLocked} when it is not free within
   * a quarter of a second, or another StoreError when the folder is not
   * writable.
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
    // Before the lock is released: afterwards another process may own the file.
    try {
      Deno.removeSync(this.#holder);
    } catch {
      // The file is only read while the lock is held.
    }
    for (const lock of this.#locks) lock.close();
  }
}

/**
 * Returns the locks of the folder: its own, and when its database is a symbolic
 * link, also the one beside the target, because two folders must not serve one
 * database.
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
 * Throws for a database with a second hard link. SQLite keeps its journal
 * beside the name under which it opened the file: two names mean two journals,
 * and damage.
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

/**
 * Follows a symbolic link. The target may not exist yet, but its folder must.
 */
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
  // Any user who can read the file could hold a lock on it.
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

/** Returns which process holds the folder's lock, without taking the lock. */
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

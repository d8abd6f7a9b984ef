/**
 * A core's copy of the database: its position in the log, and snapshots.
 *
 * @module
 */
import { stamp } from "../../db/backup.ts";
import { Database } from "../../db/database.ts";
import { removeFile } from "../../db/files.ts";
import { positionOf, snapshotTo } from "../../db/replica.ts";
import { keepOwner } from "../ops/owner.ts";
import { LogState } from "./log_state.ts";

/**
 * Replaces the database with a snapshot, and keeps one copy of the old one.
 * `isNew`: there is no old one.
 */
export function replaceDatabase(
  database: string,
  bytes: Uint8Array,
  isNew: boolean,
): void {
  const partial = `${database}.partial`;
  Deno.writeFileSync(partial, bytes, { mode: 0o600 });
  keepOwner(partial);
  if (!isNew) {
    // Closing the last connection merges the log into the file.
    new Database(database).close();
    for (const old of oldCopies(database)) removeFile(old);
    Deno.renameSync(database, `${database}.replaced-${stamp(Date.now())}`);
  }
  for (const part of ["-wal", "-shm"]) removeFile(database + part);
  Deno.renameSync(partial, database);
}

/** Returns where in the log the database is; undefined if it never followed. */
export function positionIn(database: string) {
  const db = new Database(database);
  try {
    return positionOf(db);
  } finally {
    db.close();
  }
}

/** Returns the databases that were replaced earlier. */
function oldCopies(database: string): string[] {
  const slash = database.lastIndexOf("/") + 1;
  const folder = database.slice(0, slash) || ".";
  const stem = `${database.slice(slash)}.replaced-`;
  return [...Deno.readDirSync(folder)]
    .filter(({ name }) => name.startsWith(stem))
    .map(({ name }) => `${database.slice(0, slash)}${name}`);
}

/** Makes a snapshot of a database that is exactly at the end of `state`. */
export function snapshotOf(db: Database, state: LogState): {
  readonly state: LogState;
  readonly database: Uint8Array;
} {
  const path = `${db.path}.snapshot`;
  removeFile(path);
  try {
    snapshotTo(db, path);
    return {
      state: LogState.decode(state.encode()),
      database: Deno.readFileSync(path),
    };
  } finally {
    removeFile(path);
  }
}

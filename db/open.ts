/**
 * Opens the database file; the only way to a {@linkcode Store}.
 *
 * @module
 */

import { type Store, StoreError } from "../lib/domain/store.ts";
import {
  checkIntegrity,
  explainDamage,
  refuseNewer,
  schemaVersion,
} from "./check.ts";
import { type ConnectOptions, Database } from "./database.ts";
import { createPrivate } from "./files.ts";
import { migrate, newestSchema } from "./migrate.ts";
import { requirePrimaryKeys } from "./replica.ts";
import { SqliteStore } from "./store.ts";

export interface Upgrade {
  /** The schema that the file had. */
  readonly from: number;
  readonly to: number;
  /** The file as it was. */
  readonly backup: string;
}

export interface OpenOptions extends ConnectOptions {
  /** Called when an older file was brought to the newest schema. */
  readonly onUpgrade?: (upgrade: Upgrade) => void;
  /** Milliseconds since the epoch; the system clock when not given. */
  readonly now?: () => number;
}

/**
 * Creates the file when there is none (with categories and rooms to begin
 * with), checks it, and brings an older one to the newest schema after a
 * backup beside it. Two processes that write need a lock: see db/lock.ts.
 *
 * With `readOnly` nothing is created or upgraded. `durability` "normal"
 * survives a killed process, "full" a power cut too.
 *
 * Throws StoreError: "corrupt", "locked", "read-only", "newer-schema",
 * "full" or "io", with what to do about it.
 */
export async function openStore(
  path: string,
  { now = Date.now, onUpgrade, ...options }: OpenOptions = {},
): Promise<Store> {
  const db = connect(path, options);
  try {
    checkIntegrity(db, "quick");
    if (options.readOnly === true) requireNewest(db);
    else {
      const from = schemaVersion(db);
      const backup = await migrate(db, now());
      if (backup !== undefined) {
        onUpgrade?.({ from, to: newestSchema(), backup });
      }
    }
    return new SqliteStore(db);
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Opens the database of a core that has just taken the lead, with the
 * connection through which its changes can be recorded. Throws StoreError.
 */
export async function openToLead(
  path: string,
  { now = Date.now, ...options }: OpenOptions = {},
): Promise<{ readonly db: Database; readonly store: Store }> {
  const db = connect(path, options);
  try {
    await migrate(db, now());
    requirePrimaryKeys(db);
    return { db, store: new SqliteStore(db) };
  } catch (error) {
    db.close();
    throw error;
  }
}

function connect(path: string, options: ConnectOptions): Database {
  try {
    if (options.readOnly !== true) createPrivate(path);
    return new Database(path, options);
  } catch (error) {
    if (!(error instanceof StoreError) || error.code === "corrupt") {
      throw explainDamage(path, error);
    }
    throw new StoreError(
      error.code,
      `${path} cannot be opened. ${error.message}`,
      { cause: error },
    );
  }
}

function requireNewest(db: Database): void {
  refuseNewer(db, newestSchema());
  const version = schemaVersion(db);
  if (version === newestSchema()) return;
  throw new StoreError(
    "io",
    `${db.path} has the older schema ${version}: start the server once to upgrade it.`,
  );
}

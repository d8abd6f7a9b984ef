/**
 * Opens the database file and returns a {@linkcode Store}.
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
import type { Migration } from "./migrations/mod.ts";
import { requirePrimaryKeys } from "./replica.ts";
import { SqliteStore } from "./store.ts";

export interface Upgrade {
  /** Previous schema version. */
  readonly from: number;
  readonly to: number;
  /** Path of the backup. */
  readonly backup: string;
}

export interface OpenOptions extends ConnectOptions {
  /** Called after the file was upgraded to the newest schema. */
  readonly onUpgrade?: (upgrade: Upgrade) => void;
  /** Returns milliseconds since the epoch; the system clock by default. */
  readonly now?: () => number;
}

/**
 * Creates the file when it does not exist (with default categories and rooms),
 * verifies it, and upgrades an older schema after writing a backup beside it. A
 * process that writes must hold the lock: see db/lock.ts.
 *
 * With `readOnly` nothing is created or upgraded. `durability` "normal"
 * survives a killed process, "full" a power failure as well.
 *
 * Throws StoreError: "corrupt", "locked", "read-only", "newer-schema", "full"
 * or "io", with advice.
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

export interface LeadOptions extends OpenOptions {
  /** Steps of the schema; those of this program by default. */
  readonly migrations?: readonly Migration[] | undefined;
}

/**
 * Opens the database of a core that has just become the leader. Also returns
 * the connection, through which its changes can be recorded. Throws StoreError.
 */
export async function openToLead(
  path: string,
  { now = Date.now, migrations, ...options }: LeadOptions = {},
): Promise<{ readonly db: Database; readonly store: Store }> {
  const db = connect(path, options);
  try {
    await migrate(db, now(), migrations);
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

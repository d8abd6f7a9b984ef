/**
 * Copies of the database on other machines: records changes as bytes, and
 * applies those bytes to a copy (docs/clustering.md).
 *
 * A copy stores its position, the number of the last log entry applied to it.
 * Position and changes are written in one transaction, so a copy can continue
 * from its position even when the process was killed.
 *
 * @module
 */
import { StoreError } from "../lib/domain/store.ts";
import { Reader, Writer } from "../lib/protocol/bytes.ts";
import { schemaVersion } from "./check.ts";
import {
  type ChangeSession,
  Database,
  type Statement,
  type Value,
} from "./database.ts";
import { createPrivate, exists } from "./files.ts";

const POSITION = "replica_position";
const HIGH = 2 ** 32;

/**
 * The changes recorded between two calls of {@linkcode ChangeRecorder.take}.
 */
export interface Changes {
  /** Schema version; a copy with another one cannot apply the changes. */
  readonly schema: number;
  /** Highest ids used so far in tables that never reuse one. */
  readonly sequences: ReadonlyMap<string, number>;
  /** Changeset in SQLite's own format. */
  readonly changeset: Uint8Array;
}

export function encodeChanges(changes: Changes): Uint8Array {
  const { schema, sequences, changeset } = changes;
  const out = new Writer();
  out.u16(schema);
  out.u16(sequences.size);
  for (const [table, highest] of sequences) {
    const name = new TextEncoder().encode(table);
    out.u16(name.length);
    out.bytes(name);
    out.u32(Math.floor(highest / HIGH));
    out.u32(highest % HIGH);
  }
  out.bytes(changeset);
  return out.finish();
}

/** Throws when the bytes are malformed. */
export function decodeChanges(bytes: Uint8Array): Changes {
  const from = new Reader(bytes);
  const schema = from.u16();
  const sequences = new Map<string, number>();
  for (let count = from.u16(); count > 0; count--) {
    const table = new TextDecoder().decode(from.bytes(from.u16()));
    sequences.set(table, from.u32() * HIGH + from.u32());
  }
  return { schema, sequences, changeset: from.bytes(from.left) };
}

/** Records all changes of a database from now on. */
export class ChangeRecorder implements Disposable {
  readonly #db: Database;
  #session: ChangeSession;
  #writes = -1;

  constructor(db: Database) {
    this.#db = db;
    this.#session = db.recordChanges();
  }

  /** Whether nothing has changed since the last call of {@linkcode take}. */
  get isEmpty(): boolean {
    return this.#session.changeset().length === 0;
  }

  /**
   * Returns the changes since the last call; undefined when there are none. Must
   * not be called inside a transaction: uncommitted changes must not be sent.
   */
  take(): Uint8Array | undefined {
    if (this.#db.busy) throw new Error("changes taken inside a transaction");
    if (this.#db.writes === this.#writes) return undefined;
    this.#writes = this.#db.writes;
    const changeset = this.#session.changeset();
    if (changeset.length === 0) return undefined;
    this.#session.close();
    this.#session = this.#db.recordChanges();
    const sequences = sequencesOf(this.#db);
    const schema = this.#db.pragma("user_version");
    return encodeChanges({ schema, sequences, changeset });
  }

  [Symbol.dispose](): void {
    try {
      this.#session.close();
    } catch {
      // Closing the database has ended its sessions too.
    }
  }
}

/** The position of a copy in a log. */
export interface Position {
  /** Name of the log; entry numbers of another log have no meaning here. */
  readonly log: string;
  /** Last log entry in this copy; 0 for none. */
  readonly entry: number;
  /**
   * This database belonged to a leader, and may contain changes that the log
   * does not. The copy must be rebuilt unless that process shut down cleanly.
   */
  readonly leading: boolean;
}

/**
 * Thrown for changes that a copy cannot apply: it must be rebuilt or updated.
 */
export class CannotApply extends Error {
  override name = "CannotApply";
  constructor(
    readonly reason: "older-schema" | "newer-schema" | "differs",
    message: string,
  ) {
    super(message);
  }
}

/** A database that follows a log. */
export class Replica {
  readonly #db: Database;
  #position: Position | undefined;

  /**
   * Takes over a connection; nothing else may write to this database meanwhile.
   */
  constructor(db: Database) {
    this.#db = db;
    // The changes include the rows that cascades deleted. If the copy cascaded
    // too, those rows would be missing.
    db.exec("PRAGMA foreign_keys = OFF");
    this.#position = positionOf(db);
  }

  /** Position of this copy; undefined when it has never been in a cluster. */
  get position(): Position | undefined {
    return this.#position;
  }

  /** Stores the position of the copy. */
  place(position: Position): void {
    this.#db.transaction(() => this.#write(position));
    this.#position = position;
  }

  /**
   * Applies the changes of one entry, and ignores entries that it already has.
   * Throws CannotApply with nothing changed.
   */
  apply(entry: number, changes: Uint8Array): void {
    const position = this.#position;
    if (position === undefined) throw new Error("a copy without position");
    if (entry <= position.entry) return;
    const { schema, sequences, changeset } = decodeChanges(changes);
    this.#requireSchema(schema);
    const now: Position = { ...position, entry };
    this.#db.transaction(() => {
      if (!this.#db.applyChanges(changeset, (table) => table !== POSITION)) {
        throw new CannotApply(
          "differs",
          `${this.#db.path} differs from the database of the leading core ` +
            `(entry ${entry} of the log does not fit).`,
        );
      }
      this.#putSequences(sequences);
      this.#write(now);
    });
    this.#position = now;
  }

  #requireSchema(schema: number): void {
    const own = schemaVersion(this.#db);
    if (own === schema) return;
    throw new CannotApply(
      own < schema ? "older-schema" : "newer-schema",
      `the leading core has schema ${schema}, this copy has ${own}.`,
    );
  }

  #putSequences(sequences: ReadonlyMap<string, number>): void {
    for (const [table, highest] of sequences) {
      // Inserted rows have already raised the sequence of their table.
      const changed = this.#db
        .statement("UPDATE sqlite_sequence SET seq = ? WHERE name = ?")
        .run(highest, table);
      if (changed > 0) continue;
      this.#db.statement(
        "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)",
      )
        .run(table, highest);
    }
  }

  #write(position: Position): void {
    if (this.#position === undefined) createPosition(this.#db);
    writePosition(this.#db, position);
  }
}

/** Stores the position of a leader's database. */
export function storeLeaderPosition(db: Database, position: Position): void {
  db.transaction(() => {
    createPosition(db);
    writePosition(db, position);
  });
}

function writePosition(db: Database, { log, entry, leading }: Position): void {
  db.statement(
    `INSERT OR REPLACE INTO ${POSITION} (id, log, entry, leading)
     VALUES (1, ?, ?, ?)`,
  ).run(log, entry, leading ? 1 : 0);
}

/**
 * Returns the position; undefined when the database has never been in a
 * cluster.
 */
export function positionOf(db: Database): Position | undefined {
  const known = db.statement(
    "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?",
  ).get(POSITION);
  if (known === undefined) return undefined;
  const row = db.statement<{ log: string; entry: number; leading: number }>(
    `SELECT log, entry, leading FROM ${POSITION}`,
  ).get();
  return row && { ...row, leading: row.leading === 1 };
}

/** Turns the database at `path` into one of a standalone server. */
export function forgetPosition(path: string): void {
  if (!exists(path)) return;
  const db = new Database(path);
  try {
    db.exec(`DROP TABLE IF EXISTS ${POSITION}`);
  } finally {
    db.close();
  }
}

/**
 * Writes an exact copy of the current data to the new file `to`, in one
 * synchronous call.
 *
 * Copies row by row, because `VACUUM INTO` attaches a database, which the
 * runtime forbids to programs with limited permissions such as the compiled
 * one.
 */
export function snapshotTo(db: Database, to: string): void {
  if (db.busy) throw new Error("snapshot inside a transaction");
  // Private from the start; SQLite treats an empty file as a new database.
  createPrivate(to, { mustBeNew: true });
  const copy = new Database(to);
  try {
    copy.exec("PRAGMA foreign_keys = OFF");
    // One transaction, because another process may be writing.
    db.transaction(() => copy.transaction(() => copyAll(db, copy)));
    for (const name of ["application_id", "user_version"] as const) {
      copy.exec(`PRAGMA ${name} = ${db.pragma(name)}`);
    }
  } finally {
    copy.close();
  }
}

function copyAll(from: Database, to: Database): void {
  const parts = from.statement<{ type: string; name: string; sql: string }>(
    `SELECT type, name, sql FROM sqlite_schema
     WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
  ).all();
  const tables = parts.filter(({ type }) => type === "table");
  for (const { sql } of tables) to.exec(sql);
  for (const { name } of tables) copyRows(from, to, name);
  const sequences = "sqlite_sequence";
  const counted = from.statement(
    "SELECT 1 FROM sqlite_schema WHERE name = ?",
  ).get(sequences);
  if (counted !== undefined) {
    to.exec(`DELETE FROM ${sequences}`);
    copyRows(from, to, sequences);
  }
  for (const { type, sql } of parts) if (type !== "table") to.exec(sql);
}

function copyRows(from: Database, to: Database, table: string): void {
  const rows = from.statement<Record<string, Value>>(
    `SELECT * FROM "${table}"`,
  );
  let insert: Statement<unknown> | undefined;
  for (const row of rows.all()) {
    const values = Object.values(row);
    insert ??= to.statement(
      `INSERT INTO "${table}" (${
        Object.keys(row).map((name) => `"${name}"`).join(", ")
      }) VALUES (${values.map(() => "?").join(", ")})`,
    );
    insert.run(...values);
  }
}

/** Not a migration, because a standalone server does not need the table. */
function createPosition(db: Database): void {
  db.exec(
    `CREATE TABLE IF NOT EXISTS ${POSITION} (
       id INTEGER PRIMARY KEY CHECK (id = 1),
       log TEXT NOT NULL,
       entry INTEGER NOT NULL,
       leading INTEGER NOT NULL
     ) STRICT`,
  );
}

function sequencesOf(db: Database): Map<string, number> {
  const rows = db.statement<{ name: string; seq: number }>(
    "SELECT name, seq FROM sqlite_sequence",
  ).all();
  return new Map(rows.map(({ name, seq }) => [name, seq]));
}

/**
 * Throws StoreError when a table has no primary key, because its changes could
 * not be recorded.
 */
export function requirePrimaryKeys(db: Database): void {
  const without = db.statement<{ name: string }>(
    `SELECT name FROM sqlite_schema AS tables
     WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
       AND NOT EXISTS (SELECT 1 FROM pragma_table_info(tables.name) WHERE pk)`,
  ).all().map(({ name }) => name);
  if (without.length === 0) return;
  throw new StoreError(
    "io",
    `${db.path} has tables without a primary key, which a cluster cannot ` +
      `copy: ${without.join(", ")}.`,
  );
}

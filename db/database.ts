/**
 * One SQLite connection without the pitfalls of node:sqlite: statements are
 * prepared once, the number of values is checked, and errors are StoreErrors.
 *
 * @module
 */

import { constants, DatabaseSync, type StatementSync } from "node:sqlite";
import { toStoreError } from "./errors.ts";

/** Value that SQLite can store; booleans and undefined are not among them. */
export type Value = string | number | null | Uint8Array;

/** Returns the object without its properties that are undefined. */
export function given<T extends object>(patch: T): T {
  return Object.fromEntries(
    Object.entries(patch).filter(([, value]) => value !== undefined),
  ) as T;
}

/** Statements that change nothing begin like this. */
const READS = /^\s*(SELECT|PRAGMA)\b/i;

/** Counts statements that may have changed something. */
interface Used {
  writes: number;
}

/** A prepared statement that requires one value for each of its parameters. */
export class Statement<Row> {
  readonly #statement: StatementSync;
  readonly #marks: number;
  /** Of its connection; undefined for a statement that only reads. */
  readonly #used: Used | undefined;

  constructor(statement: StatementSync, marks: number, used?: Used) {
    this.#statement = statement;
    this.#marks = marks;
    this.#used = used;
  }

  get(...values: Value[]): Row | undefined {
    return this.#try(values, (bound) =>
      this.#statement.get(...bound) as
        | Row
        | undefined);
  }

  all(...values: Value[]): Row[] {
    return this.#try(values, (bound) => this.#statement.all(...bound) as Row[]);
  }

  /** Executes the statement. Returns the number of rows changed. */
  run(...values: Value[]): number {
    return this.#try(
      values,
      (bound) => Number(this.#statement.run(...bound).changes),
    );
  }

  /** Executes the statement. Returns the number of the row added. */
  insert(...values: Value[]): number {
    return this.#try(
      values,
      (bound) => Number(this.#statement.run(...bound).lastInsertRowid),
    );
  }

  #try<T>(values: Value[], work: (bound: Value[]) => T): T {
    // SQLite would use NULL for a missing value.
    if (values.length !== this.#marks) {
      throw new RangeError(
        `statement wants ${this.#marks} values, got ${values.length}`,
      );
    }
    if (this.#used !== undefined) this.#used.writes++;
    try {
      return work(values.map(storable));
    } catch (error) {
      throw toStoreError(error);
    }
  }
}

/**
 * Replaces NUL, at which node:sqlite would cut off the text when it reads it
 * back, by its symbol (U+2400), which Windows-1252 does not have.
 */
function storable(value: Value): Value {
  return typeof value === "string" && value.includes("\0")
    ? value.replaceAll("\0", "\u2400")
    : value;
}

/** Records changes until it is closed. */
export interface ChangeSession {
  /** Returns all changes since the session began; empty when there are none. */
  changeset(): Uint8Array;
  close(): void;
}

export interface ConnectOptions {
  readonly readOnly?: boolean;
  readonly durability?: "normal" | "full";
}

export class Database {
  readonly #sqlite: DatabaseSync;
  readonly #statements = new Map<string, Statement<unknown>>();
  readonly #used: Used = { writes: 0 };
  #depth = 0;

  /** Opens the file. Throws StoreError when that fails. */
  constructor(
    readonly path: string,
    { readOnly = false, durability = "normal" }: ConnectOptions = {},
  ) {
    try {
      this.#sqlite = new DatabaseSync(path, { readOnly });
    } catch (error) {
      throw toStoreError(error);
    }
    try {
      this.exec("PRAGMA busy_timeout = 5000");
      this.exec("PRAGMA foreign_keys = ON");
      if (!readOnly) {
        this.exec("PRAGMA journal_mode = WAL");
        this.exec(`PRAGMA synchronous = ${durability}`);
        // A burst of writes must not leave a large write-ahead log behind.
        this.exec("PRAGMA journal_size_limit = 16777216");
      }
    } catch (error) {
      this.#sqlite.close();
      throw error;
    }
  }

  /** Whether a transaction is open. */
  get busy(): boolean {
    return this.#depth > 0;
  }

  /** Counts the statements that may have changed something. */
  get writes(): number {
    return this.#used.writes;
  }

  /** Executes several statements without values. */
  exec(sql: string): void {
    this.#used.writes++;
    try {
      this.#sqlite.exec(sql);
    } catch (error) {
      throw toStoreError(error);
    }
  }

  /**
   * Prepares a statement, or returns the one prepared earlier from this text.
   */
  statement<Row = unknown>(sql: string): Statement<Row> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      try {
        const marks = sql.split("?").length - 1;
        const used = READS.test(sql) ? undefined : this.#used;
        statement = new Statement(this.#sqlite.prepare(sql), marks, used);
      } catch (error) {
        throw toStoreError(error);
      }
      this.#statements.set(sql, statement);
    }
    return statement as Statement<Row>;
  }

  /** Returns the value of a numeric pragma. */
  pragma(name: "user_version" | "application_id"): number {
    const row = this.statement<Record<string, number>>(`PRAGMA ${name}`).get();
    return row?.[name] ?? 0;
  }

  /**
   * Runs `work` in a transaction, which is rolled back when it throws. May be
   * nested.
   */
  transaction<T>(work: () => T): T {
    const depth = this.#depth;
    this.exec(depth === 0 ? "BEGIN IMMEDIATE" : `SAVEPOINT level${depth}`);
    this.#depth += 1;
    try {
      const result = work();
      this.exec(depth === 0 ? "COMMIT" : `RELEASE level${depth}`);
      return result;
    } catch (error) {
      this.#undo(depth);
      throw error;
    } finally {
      this.#depth = depth;
    }
  }

  /** Records changes of all tables that have a primary key. */
  recordChanges(): ChangeSession {
    return this.#sqlite.createSession();
  }

  /**
   * Applies changes. Returns false, with nothing changed, when they conflict
   * with the data.
   */
  applyChanges(
    changeset: Uint8Array,
    filter: (table: string) => boolean,
  ): boolean {
    try {
      return this.#sqlite.applyChangeset(changeset, {
        filter,
        onConflict: () => constants.SQLITE_CHANGESET_ABORT,
      });
    } catch (error) {
      throw toStoreError(error);
    }
  }

  close(): void {
    this.#statements.clear();
    try {
      this.#sqlite.close();
    } catch (error) {
      throw toStoreError(error);
    }
  }

  #undo(depth: number): void {
    try {
      this.#sqlite.exec(
        depth === 0
          ? "ROLLBACK"
          : `ROLLBACK TO level${depth}; RELEASE level${depth}`,
      );
    } catch {
      // On a full disk SQLite has rolled back already.
    }
  }
}

/**
 * One SQLite connection with the traps of node:sqlite closed: statements are
 * prepared once, the number of values is checked, errors are the store's.
 *
 * @module
 */

import { constants, DatabaseSync, type StatementSync } from "node:sqlite";
import { toStoreError } from "./errors.ts";

/** What SQLite can hold; no booleans and no undefined. */
export type Value = string | number | null | Uint8Array;

/** Without the keys that are there but undefined. */
export function given<T extends object>(patch: T): T {
  return Object.fromEntries(
    Object.entries(patch).filter(([, value]) => value !== undefined),
  ) as T;
}

/** A prepared statement that wants exactly as many values as it has marks. */
export class Statement<Row> {
  readonly #statement: StatementSync;
  readonly #marks: number;

  constructor(statement: StatementSync, marks: number) {
    this.#statement = statement;
    this.#marks = marks;
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

  /** The number of rows changed. */
  run(...values: Value[]): number {
    return this.#try(
      values,
      (bound) => Number(this.#statement.run(...bound).changes),
    );
  }

  /** The number of the row added. */
  insert(...values: Value[]): number {
    return this.#try(
      values,
      (bound) => Number(this.#statement.run(...bound).lastInsertRowid),
    );
  }

  #try<T>(values: Value[], work: (bound: Value[]) => T): T {
    // A missing value would silently be NULL.
    if (values.length !== this.#marks) {
      throw new RangeError(
        `statement wants ${this.#marks} values, got ${values.length}`,
      );
    }
    try {
      return work(values.map(storable));
    } catch (error) {
      throw toStoreError(error);
    }
  }
}

/**
 * node:sqlite reads a text back only as far as its first NUL, so that one
 * character is kept as the sign for it (U+2400), which Windows-1252 lacks.
 */
function storable(value: Value): Value {
  return typeof value === "string" && value.includes("\0")
    ? value.replaceAll("\0", "\u2400")
    : value;
}

/** Records changes until it is closed. */
export interface ChangeSession {
  /** What has changed since it began; empty when nothing has. */
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
  #depth = 0;

  /** Throws StoreError when the file cannot be opened. */
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
        // A burst must not leave a write-ahead log of that size permanently.
        this.exec("PRAGMA journal_size_limit = 16777216");
      }
    } catch (error) {
      this.#sqlite.close();
      throw error;
    }
  }

  /** Is a transaction open? */
  get busy(): boolean {
    return this.#depth > 0;
  }

  /** Several statements without values. */
  exec(sql: string): void {
    try {
      this.#sqlite.exec(sql);
    } catch (error) {
      throw toStoreError(error);
    }
  }

  /** Prepares once; the same text gives the same statement. */
  statement<Row = unknown>(sql: string): Statement<Row> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      try {
        const marks = sql.split("?").length - 1;
        statement = new Statement(this.#sqlite.prepare(sql), marks);
      } catch (error) {
        throw toStoreError(error);
      }
      this.#statements.set(sql, statement);
    }
    return statement as Statement<Row>;
  }

  /** The number that a pragma without arguments answers. */
  pragma(name: "user_version" | "application_id"): number {
    const row = this.statement<Record<string, number>>(`PRAGMA ${name}`).get();
    return row?.[name] ?? 0;
  }

  /** All or nothing; nests. */
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

  /** False when the changes do not fit; then nothing has been changed. */
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
      // A full disk makes SQLite roll back by itself: nothing is left to undo.
    }
  }
}

/**
 * Maps the columns of a table to the properties of an object and back. A new
 * property needs one line in such a list, and a migration.
 *
 * @module
 */
import { foldName } from "../lib/domain/names.ts";
import type { Database, Value } from "./database.ts";

export type Row = Readonly<Record<string, Value>>;

interface Options<T> {
  /** Value in a new row when none is given. */
  readonly initial?: T;
  /** Adds a column `<name>_key` with the folded text, for searches. */
  readonly folded?: true;
  /** Set when the row is inserted, and never changed by `update`. */
  readonly fixed?: true;
}

export interface Column<T> extends Options<T> {
  readonly name: string;
  read(value: Value): T;
  write(value: T): Value;
}

/** Stores the value unchanged. */
export function plain<T extends Value>(
  name: string,
  options: Options<T> = {},
): Column<T> {
  return {
    name,
    ...options,
    read: (value) => value as T,
    write: (value) => value,
  };
}

/** Stores true as 1 and false as 0. */
export function bool(name: string, initial: boolean): Column<boolean> {
  return {
    name,
    initial,
    read: (value) => value === 1,
    write: (value) => value ? 1 : 0,
  };
}

/** Stores one of a few words as its index. */
export function rank<T extends string>(
  name: string,
  ranks: Readonly<Record<T, number>>,
  initial: NoInfer<T>,
): Column<T> {
  const words = Object.keys(ranks) as T[];
  return {
    name,
    initial,
    read: (value) => words.find((word) => ranks[word] === value) ?? initial,
    write: (value) => ranks[value],
  };
}

export class Columns<T extends object> {
  readonly #table: string;
  readonly #columns: readonly (readonly [keyof T, Column<unknown>])[];
  /** All columns that are not fixed. */
  readonly #changing: readonly (readonly [keyof T, Column<unknown>])[];
  readonly #update: string;

  constructor(
    table: string,
    columns: { readonly [K in keyof T]-?: Column<T[K]> },
  ) {
    this.#table = table;
    this.#columns = Object.entries(columns) as [keyof T, Column<unknown>][];
    this.#changing = this.#columns.filter(([, { fixed }]) => !fixed);
    const [[, key]] = this.#columns as [[keyof T, Column<unknown>]];
    const names = this.#changing.flatMap(([, column]) => namesOf(column));
    this.#update = `UPDATE ${table} SET ${names.map((name) => `${name} = ?`)}
      WHERE ${key.name} = ?`;
  }

  fromRow(row: Row): T {
    const object: Partial<Record<keyof T, unknown>> = {};
    for (const [property, column] of this.#columns) {
      object[property] = column.read(row[column.name]!);
    }
    return object as T;
  }

  /**
   * Adds a row and returns its number. Missing values get their initial value.
   */
  insert(db: Database, object: Partial<T>): number {
    const names: string[] = [];
    const values: Value[] = [];
    for (const [property, column] of this.#columns) {
      const value = object[property] ?? column.initial;
      if (value === undefined) continue;
      names.push(...namesOf(column));
      values.push(...valuesOf(column, value));
    }
    return db.statement(
      `INSERT INTO ${this.#table} (${names}) VALUES (${names.map(() => "?")})`,
    ).insert(...values);
  }

  /** Writes all columns of that row except the fixed ones. */
  update(db: Database, key: number, object: T): void {
    const values = this.#changing.flatMap(([property, column]) =>
      valuesOf(column, object[property])
    );
    db.statement(this.#update).run(...values, key);
  }

  /** Names of the columns, in no particular order. */
  get names(): string[] {
    return this.#columns.flatMap(([, column]) => namesOf(column));
  }
}

function namesOf({ name, folded }: Column<unknown>): string[] {
  return folded ? [name, `${name}_key`] : [name];
}

function valuesOf(column: Column<unknown>, value: unknown): Value[] {
  const kept = column.write(value);
  return column.folded ? [kept, foldName(String(kept))] : [kept];
}

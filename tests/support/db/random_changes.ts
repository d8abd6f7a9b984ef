/**
 * Random transactions on all tables of the real schema, for tests.
 *
 * @module
 */
import type { Database, Value } from "../../../db/database.ts";
import { Dice } from "../simulation/clock.ts";

interface Column {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly isKey: boolean;
}

interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
}

/** Columns that refer to a user or a room. */
const USERS = /^(uid|pal|blocked|receiver|sender|owner|reporter|about)$/;
const ENUMS: Readonly<Record<string, readonly Value[]>> = {
  rating: ["G", "A", "R"],
  role: [0, 1, 2, 3],
  kind: ["address", "account", "network"],
  floor_mode: ["pause", "queue", "free"],
  type: [0, 1, 2, 3, 4, 5, 6],
};

class Undone extends Error {}

export class RandomChanges {
  readonly #db: Database;
  readonly #dice: Dice;
  readonly #tables: readonly Table[];
  /** Number of rows changed so far in each table. */
  readonly changed = new Map<string, number>();
  #fresh = 0;

  constructor(db: Database, seed: number) {
    this.#db = db;
    this.#dice = new Dice(seed);
    this.#tables = tablesOf(db);
  }

  /** Runs one transaction, which may be rolled back in part or as a whole. */
  transaction(): void {
    try {
      this.#db.transaction(() => {
        for (let n = this.#dice.between(1, 8); n > 0; n--) this.#step();
        if (this.#dice.chance(0.15)) throw new Undone();
      });
    } catch (error) {
      if (!(error instanceof Undone)) throw error;
    }
  }

  #step(): void {
    try {
      this.#db.transaction(() => {
        this.#change();
        if (this.#dice.chance(0.1)) throw new Undone();
      });
    } catch (error) {
      // A violated constraint has the same effect as a rollback.
      if (error instanceof Undone) return;
      if (error instanceof Error && error.name === "StoreError") return;
      throw error;
    }
  }

  #change(): void {
    const table = this.#dice.pick(this.#tables);
    const { name, columns } = table;
    const roll = this.#dice.next();
    let count: number;
    if (roll < 0.55) {
      const verb = this.#dice.chance(0.3) ? "INSERT OR REPLACE" : "INSERT";
      count = this.#db.statement(
        `${verb} INTO ${name} (${columns.map(({ name }) => name).join(", ")})
         VALUES (${columns.map(() => "?").join(", ")})`,
      ).run(...columns.map((column) => this.#value(table, column)));
    } else if (roll < 0.9) {
      const { name: key } = this.#dice.pick(columns);
      const column = columns.find((one) => one.name === key)!;
      count = this.#db.statement(
        `UPDATE ${name} SET ${key} = ? WHERE ${this.#someRow(table)}`,
      ).run(this.#value(table, column));
    } else {
      count = this.#db.statement(
        `DELETE FROM ${name} WHERE ${this.#someRow(table)}`,
      ).run();
    }
    this.changed.set(name, (this.changed.get(name) ?? 0) + count);
  }

  /** Returns a condition that is true for one row, if there is one. */
  #someRow({ name, columns }: Table): string {
    const keys = columns.filter(({ isKey }) => isKey).map(({ name }) => name);
    const rows = this.#db.statement<{ n: number }>(
      `SELECT count(*) AS n FROM ${name}`,
    ).get()?.n ?? 0;
    const offset = rows === 0 ? 0 : this.#dice.below(rows);
    return `(${keys.join(", ")}) = (SELECT ${keys.join(", ")} FROM ${name}
      LIMIT 1 OFFSET ${offset})`;
  }

  #value({ name: table }: Table, column: Column): Value {
    const dice = this.#dice;
    const { name, type, isRequired, isKey } = column;
    if (!isRequired && !isKey && dice.chance(0.3)) return null;
    if (USERS.test(name) && !(table === "users")) {
      return this.#existing("users", "uid");
    }
    if (name === "gid" && table !== "groups") {
      return this.#existing("groups", "gid");
    }
    const known = ENUMS[name];
    if (known !== undefined && dice.chance(0.9)) return dice.pick(known);
    if (type === "TEXT") return this.#text();
    if (type === "BLOB") {
      return Uint8Array.from({ length: dice.below(40) }, () => dice.below(256));
    }
    if (isKey) {
      const first = table === "users" ? 1_000_010 : 1;
      return dice.chance(0.4) ? null : first + dice.below(60);
    }
    return dice.pick([0, 1, dice.below(1000), 2 ** 40 + dice.below(1000)]);
  }

  /**
   * Returns a text that was not used before: changes in which two rows swap
   * unique texts cannot be replicated.
   */
  #text(): string {
    return `t${++this.#fresh}${"é".repeat(this.#dice.below(20))}`;
  }

  #existing(table: string, key: string): number {
    const rows = this.#db.statement<{ key: number }>(
      `SELECT ${key} AS key FROM ${table}`,
    ).all();
    return rows.length === 0 ? 1 : this.#dice.pick(rows).key;
  }
}

function tablesOf(db: Database): Table[] {
  return tableNames(db).map((name) => ({
    name,
    columns: db.statement<
      { name: string; type: string; notnull: number; pk: number }
    >(`SELECT name, type, "notnull", pk FROM pragma_table_info('${name}')`)
      .all().map((column) => ({
        name: column.name,
        type: column.type,
        isRequired: column.notnull === 1,
        isKey: column.pk > 0,
      })),
  }));
}

function tableNames(db: Database): string[] {
  return db.statement<{ name: string }>(
    `SELECT name FROM sqlite_schema WHERE type = 'table'
     AND name NOT LIKE 'sqlite%' AND name <> 'replica_position' ORDER BY name`,
  ).all().map(({ name }) => name);
}

/** Returns all rows of all tables, to compare two databases. */
export function contentOf(db: Database): Record<string, unknown[]> {
  const content: Record<string, unknown[]> = {};
  for (const name of [...tableNames(db), "sqlite_sequence"]) {
    const rows = db.statement<Record<string, unknown>>(`SELECT * FROM ${name}`)
      .all().map((row) =>
        JSON.stringify(
          row,
          (_, value) => value instanceof Uint8Array ? [...value] : value,
        )
      );
    content[name] = rows.sort();
  }
  return content;
}

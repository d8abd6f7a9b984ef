import assert from "node:assert/strict";
import { join } from "node:path";
import { USERS } from "./account_rows.ts";
import { bool, type Column, Columns, plain, rank } from "./columns.ts";
import { Database } from "./database.ts";
import { migrate } from "./migrate.ts";
import { GROUPS } from "./rooms.ts";
import { NOON, withFolder } from "../tests/support/db/temp.ts";

Deno.test("every column of users and groups is in its list", () =>
  withFolder(async (folder) => {
    const db = new Database(join(folder, "retropal.db"));
    await migrate(db, NOON);
    for (
      const [table, columns] of [["users", USERS], ["groups", GROUPS]] as const
    ) {
      const names = db.statement<{ name: string }>(
        `SELECT name FROM pragma_table_info('${table}')`,
      ).all().map(({ name }) => name);
      assert.deepEqual([...columns.names].sort(), names.sort());
    }
    db.close();
  }));

Deno.test("Columns write and read values by column name", () =>
  withFolder((folder) => {
    const db = new Database(join(folder, "pets.db"));
    db.exec(`CREATE TABLE pets (loud INTEGER, name_key TEXT, size INTEGER,
      name TEXT, id INTEGER PRIMARY KEY, born INTEGER) STRICT`);
    interface Pet {
      readonly id: number;
      readonly name: string;
      readonly size: "small" | "large";
      readonly loud: boolean;
      readonly born: number;
    }
    const size: Column<Pet["size"]> = rank(
      "size",
      { small: 0, large: 5 },
      "small",
    );
    const pets = new Columns<Pet>("pets", {
      id: plain("id", { fixed: true }),
      name: plain("name", { folded: true }),
      size,
      loud: bool("loud", true),
      born: plain("born", { fixed: true }),
    });
    const id = pets.insert(db, { name: "\u00c9mile", born: 7 });
    const row = () =>
      db.statement<Record<string, string | number>>("SELECT * FROM pets")
        .get()!;
    const first = pets.fromRow(row());
    assert.deepEqual(first, {
      id,
      name: "\u00c9mile",
      size: "small",
      loud: true,
      born: 7,
    });
    assert.equal(row()["name_key"], "\u00e9mile");
    pets.update(db, id, {
      ...first,
      name: "Rex",
      size: "large",
      loud: false,
      born: 9,
    });
    assert.deepEqual(pets.fromRow(row()), {
      ...first,
      name: "Rex",
      size: "large",
      loud: false,
    });
    assert.equal(row()["name_key"], "rex");
    db.close();
  }));

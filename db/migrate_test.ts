import assert from "node:assert/strict";
import { join } from "node:path";
import { FLOOR_MODE_NAMES } from "../lib/domain/floor_modes.ts";
import type { Store } from "../lib/domain/store.ts";
import { verifyBackup } from "./backup.ts";
import { Database } from "./database.ts";
import { migrate, newestSchema } from "./migrate.ts";
import { type Migration, MIGRATIONS } from "./migrations/mod.ts";
import { openStore } from "./open.ts";
import { writeSchema1 } from "../tests/support/db/schema_v1.ts";
import { fails, NOON, withFolder } from "../tests/support/db/temp.ts";

/** The version after all real migrations. */
const next = newestSchema() + 1;
const future: Migration = {
  version: next,
  name: "future",
  up: `ALTER TABLE users ADD COLUMN future TEXT NOT NULL DEFAULT 'good';
       CREATE INDEX users_future ON users (future);`,
  fill: (db, now) => {
    db.statement("UPDATE users SET future = ? WHERE uid = ?")
      .run(String(now), 1000002);
  },
};
/** The steps in SQLite's manual for changing a CHECK constraint. */
const rebuild: Migration = {
  version: next,
  name: "rebuild",
  up: `CREATE TABLE new_users AS SELECT * FROM users;
       DROP TABLE users;
       CREATE TABLE users (uid INTEGER PRIMARY KEY, nickname TEXT) STRICT;
       INSERT INTO users SELECT uid, nickname FROM new_users;
       DROP TABLE new_users;`,
};
const orphans: Migration = {
  version: next,
  name: "orphans",
  up: "DELETE FROM users WHERE nickname_key = 'bob'",
};
const broken: Migration = {
  version: next + 1,
  name: "broken",
  up: "CREATE TABLE half (a INTEGER) STRICT; INSERT INTO nowhere VALUES (1);",
};

function tables(db: Database): string[] {
  return db.statement<{ sql: string }>(
    "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name",
  ).all().map(({ sql }) => sql.replace(/\s+/g, " "));
}

Deno.test("every file NNN_name.ts of the folder is a listed migration", () => {
  const folder = new URL("./migrations/", import.meta.url);
  const files = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => /^\d/.test(name)).sort();
  assert.deepEqual(
    MIGRATIONS.map(({ version, name }) =>
      `${String(version).padStart(3, "0")}_${name}.ts`
    ),
    files,
  );
  assert.deepEqual(
    MIGRATIONS.map(({ version }) => version),
    MIGRATIONS.map((_, index) => index + 1),
  );
});

Deno.test("the newest schema takes the floor modes of the table, and no other", () =>
  withFolder(async (folder) => {
    const db = new Database(join(folder, "fresh.db"));
    await migrate(db, NOON);
    const groups = tables(db).find((sql) => /^CREATE TABLE "?groups/.test(sql));
    db.close();
    const [, check = ""] = /floor_mode IN \(([^)]*)\)/.exec(groups ?? "") ?? [];
    assert.deepEqual(
      check.split(",").map((mode) => mode.trim().replaceAll("'", "")).sort(),
      [...FLOOR_MODE_NAMES].sort(),
    );
  }));

Deno.test("migrate() upgrades every older schema to the newest", () =>
  withFolder(async (folder) => {
    const fresh = new Database(join(folder, "fresh.db"));
    await migrate(fresh, NOON);
    const expected = tables(fresh);
    fresh.close();
    for (const { version } of MIGRATIONS) {
      const path = join(folder, `schema-${version}.db`);
      writeSchema1(path);
      const db = new Database(path);
      await migrate(db, NOON, MIGRATIONS.slice(0, version));
      assert.equal(db.pragma("user_version"), version);
      const backup = await migrate(db, NOON + 1000);
      assert.equal(db.pragma("user_version"), newestSchema());
      assert.deepEqual(tables(db), expected);
      assert.equal(backup === undefined, version === newestSchema());
      if (backup !== undefined) {
        assert.equal(verifyBackup(backup).schema, version);
      }
      db.close();
    }
  }));

Deno.test("migrate() rebuilds a table without deleting what refers to it", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    writeSchema1(path);
    const db = new Database(path);
    await migrate(db, NOON, [...MIGRATIONS, rebuild]);
    const pals = "SELECT pal FROM buddies";
    assert.deepEqual(
      db.statement<{ pal: number }>(pals).all().map(({ pal }) => pal),
      [1000003],
    );
    db.exec("DELETE FROM users WHERE uid = 1000003");
    assert.deepEqual(db.statement(pals).all(), [], "foreign keys are on again");
    db.close();
  }));

Deno.test("migrate() rolls back a step that leaves dangling references", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    writeSchema1(path);
    const db = new Database(path);
    await assert.rejects(
      migrate(db, NOON, [...MIGRATIONS, orphans]),
      fails("corrupt", /\(orphans\) failed and was undone: a row of \w+/),
    );
    assert.equal(db.pragma("user_version"), newestSchema());
    db.exec("DELETE FROM users WHERE uid = 1000003");
    assert.deepEqual(db.statement("SELECT * FROM buddies").all(), []);
    db.close();
  }));

Deno.test("openStore() reads everything that schema 1 wrote", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    writeSchema1(path);
    const store = await openStore(path);
    const ada = store.accounts.byNickname("éLODIE");
    assert.equal(ada?.uid, 1000002);
    assert.deepEqual([ada.paid, ada.privacy, ada.first], ["6", "T", "É"]);
    assert.equal(store.accounts.profile(1000002).get("state"), "Bretagne");
    assert.deepEqual(store.relations.watchers(1000003), [1000002]);
    assert.deepEqual(store.relations.blockedBy(1000002), [1000003]);
    assert.equal(store.messages.waiting(1000002)[0]?.body.length, 256);
    assert.equal(store.rooms.byName("CAFÉ")?.floorMode, "queue");
    assert.deepEqual(store.rooms.offices(50001).admins, [1000003]);
    assert.equal(store.bans.list(NOON).length, 1);
    assert.equal(store.audit.list({ actor: "cli" })[0]?.after, "b");
    assert.equal(store.inviteCodes.redeem("welcome", NOON), true);
    assert.equal(store.emailInvites.list(1000002)[0]?.email, "F@x");
    assert.equal(store.history.list(60, 0)[0]?.voiceFrames, 5);
    store.close();
  }));

/** Returns a file of schema 1, changed by `sql`, after the upgrade. */
async function upgraded(folder: string, sql: string): Promise<Store> {
  const path = join(folder, "retropal.db");
  writeSchema1(path);
  const db = new Database(path);
  db.exec(sql);
  db.close();
  return await openStore(path);
}

Deno.test("an upgrade adds the new user room if its number is free", () =>
  withFolder(async (folder) => {
    const store = await upgraded(
      folder,
      "UPDATE groups SET name = 'New User Voice Group'," +
        " name_key = 'new user voice group' WHERE gid = 50001",
    );
    const room = store.rooms.get(600);
    assert.equal(room?.name, "New User Voice Group 2");
    assert.equal(room.type, 3);
    // The only category of this file, which is not the one of help rooms.
    assert.equal(room.category, 30018);
    store.close();
  }));

Deno.test("a host's own room 600 stays as it is", () =>
  withFolder(async (folder) => {
    const store = await upgraded(
      folder,
      "PRAGMA foreign_keys = off;" +
        " UPDATE groups SET gid = 600 WHERE gid = 50001;" +
        " UPDATE group_admins SET gid = 600",
    );
    assert.equal(store.rooms.get(600)?.name, "Café");
    assert.equal(store.rooms.list().length, 1);
    store.close();
  }));

Deno.test("migrate() backs up an older file before changing it", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    (await openStore(path)).close();
    const db = new Database(path);
    const backup = await migrate(db, NOON, [...MIGRATIONS, future]);
    assert.equal(
      backup,
      `${path}.backup-v${newestSchema()}-20020731T120000`,
    );
    assert.equal(verifyBackup(backup).schema, newestSchema());
    assert.equal(db.pragma("user_version"), next);
    assert.equal(await migrate(db, NOON, [...MIGRATIONS, future]), undefined);
    db.close();
  }));

Deno.test("migrate() fills new columns of existing rows", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    writeSchema1(path);
    const db = new Database(path);
    await migrate(db, NOON, [...MIGRATIONS, future]);
    const rows = db.statement<{ future: string }>(
      "SELECT future FROM users WHERE uid = ?",
    );
    assert.equal(rows.get(1000002)?.future, String(NOON));
    assert.equal(rows.get(1000003)?.future, "good");
    db.close();
  }));

Deno.test("migrate() rolls back a failed step and keeps the ones before it", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    writeSchema1(path);
    const db = new Database(path);
    await assert.rejects(
      migrate(db, NOON, [...MIGRATIONS, future, broken]),
      fails("io", /\(broken\) failed and was undone/),
    );
    assert.equal(db.pragma("user_version"), next);
    assert.ok(!tables(db).some((sql) => sql.includes("half")));
    db.close();
  }));

Deno.test("openStore() refuses a newer schema and names the newest backup", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    (await openStore(path)).close();
    const db = new Database(path);
    await migrate(db, NOON - 1000, [...MIGRATIONS, future]);
    db.close();
    const before = await Deno.readFile(path);
    const name = `retropal.db.backup-v${newestSchema()}-20020731T115959`;
    for (const readOnly of [true, false]) {
      await assert.rejects(
        openStore(path, { readOnly }),
        fails("newer-schema", new RegExp(`restore the backup ${name}`)),
      );
    }
    await Deno.remove(join(folder, name));
    await assert.rejects(
      openStore(path),
      fails("newer-schema", /use that newer retropal\.$/),
    );
    assert.deepEqual(await Deno.readFile(path), before);
  }));

Deno.test("an upgrade gives the audit log one set of action names", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    writeSchema1(path);
    const db = new Database(path);
    await migrate(db, NOON, MIGRATIONS.slice(0, 8));
    const old = [
      "user.password",
      "user.register",
      "room.bounce",
      "room.redDotText",
      "alert",
      "user ban",
    ];
    for (const action of old) {
      db.statement(
        `INSERT INTO audit (at, actor, actor_key, action, target, target_key)
         VALUES (1, 'a', 'a', ?, 'b', 'b')`,
      ).run(action);
    }
    db.close();
    const store = await openStore(path);
    const actions = store.audit.list({ actor: "a" })
      .map(({ action }) => action).reverse();
    assert.deepEqual(actions, [
      "user passwd",
      "user register",
      "room bounce",
      "room red-dot-text",
      "room alert",
      "user ban",
    ]);
    store.close();
  }));

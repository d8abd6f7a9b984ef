import assert from "node:assert/strict";
import { join } from "node:path";
import { verifyBackup } from "./backup.ts";
import { Database } from "./database.ts";
import { migrate, newestSchema } from "./migrate.ts";
import { type Migration, MIGRATIONS } from "./migrations/mod.ts";
import { openStore } from "./open.ts";
import { writeSchema1 } from "./testing/schema_v1.ts";
import { fails, NOON, withFolder } from "./testing/temp.ts";

const next = newestSchema() + 1;
const moods: Migration = {
  version: next,
  name: "moods",
  up: `ALTER TABLE users ADD COLUMN mood TEXT NOT NULL DEFAULT 'good';
       CREATE INDEX users_mood ON users (mood);`,
  fill: (db, now) => {
    db.statement("UPDATE users SET mood = ? WHERE uid = ?")
      .run(String(now), 1000002);
  },
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

Deno.test("MIGRATIONS count 1, 2, 3 and so on", () => {
  assert.deepEqual(
    MIGRATIONS.map(({ version }) => version),
    MIGRATIONS.map((_, index) => index + 1),
  );
});

Deno.test("migrate() leads an old file to the same schema as an empty one", () =>
  withFolder(async (folder) => {
    writeSchema1(join(folder, "old.db"));
    const old = new Database(join(folder, "old.db"));
    const fresh = new Database(join(folder, "fresh.db"));
    for (const db of [old, fresh]) {
      await migrate(db, NOON);
      assert.equal(db.pragma("user_version"), newestSchema());
    }
    assert.deepEqual(tables(old), tables(fresh));
    old.close();
    fresh.close();
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

Deno.test("migrate() takes a backup of an older file before it changes it", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    (await openStore(path)).close();
    const db = new Database(path);
    const backup = await migrate(db, NOON, [...MIGRATIONS, moods]);
    assert.equal(
      backup,
      `${path}.backup-v${newestSchema()}-20020731T120000`,
    );
    assert.equal(verifyBackup(backup).schema, newestSchema());
    assert.equal(db.pragma("user_version"), next);
    assert.equal(await migrate(db, NOON, [...MIGRATIONS, moods]), undefined);
    db.close();
  }));

Deno.test("migrate() fills new columns of rows that are there", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    writeSchema1(path);
    const db = new Database(path);
    await migrate(db, NOON, [...MIGRATIONS, moods]);
    const mood = db.statement<{ mood: string }>(
      "SELECT mood FROM users WHERE uid = ?",
    );
    assert.equal(mood.get(1000002)?.mood, String(NOON));
    assert.equal(mood.get(1000003)?.mood, "good");
    db.close();
  }));

Deno.test("migrate() undoes a step that fails and keeps those before it", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    writeSchema1(path);
    const db = new Database(path);
    await assert.rejects(
      migrate(db, NOON, [...MIGRATIONS, moods, broken]),
      fails("io", /\(broken\) failed and was undone/),
    );
    assert.equal(db.pragma("user_version"), next);
    assert.ok(!tables(db).some((sql) => sql.includes("half")));
    db.close();
  }));

Deno.test("openStore() refuses a newer schema and names the newest backup", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    writeSchema1(path);
    const db = new Database(path);
    await migrate(db, NOON - 1000, [...MIGRATIONS, moods]);
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

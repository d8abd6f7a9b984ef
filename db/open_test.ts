import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Store, SYSTEM_UID } from "../lib/domain/store.ts";
import { backupTo } from "./backup.ts";
import { Database } from "./database.ts";
import { openStore } from "./open.ts";
import { Script } from "../tests/support/db/process.ts";
import { addUser, fails, NOON, withFolder } from "../tests/support/db/temp.ts";

/** A store that `openStore` itself has made, which other tests only copy. */
function withMadeStore<T>(
  work: (store: Store, path: string) => T | Promise<T>,
): Promise<T> {
  return withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    const store = await openStore(path, { now: () => NOON });
    try {
      return await work(store, path);
    } finally {
      store.close();
    }
  });
}

Deno.test("openStore() begins with categories, rooms and the system user", () =>
  withMadeStore((store) => {
    const categories = store.categories.list();
    assert.equal(categories.length, 29);
    assert.deepEqual(categories[0], {
      code: 30001,
      name: "Top Rooms",
      position: 1,
    });
    assert.equal(categories[28]?.name, "Adult Oriented");
    const rooms = store.rooms.list();
    assert.ok(rooms.length >= 5);
    assert.ok(rooms.some(({ type }) => type === 0));
    for (const room of rooms) {
      assert.ok(room.type === 0 || room.type === 3);
      assert.ok(room.newUsersMic && room.welcome !== "" && room.banner !== "");
      assert.ok(room.gid > 50000 || room.gid === 600);
      assert.equal(room.createdAt, NOON);
    }
    const newUsers = store.rooms.get(600);
    assert.deepEqual([newUsers?.category, newUsers?.type], [30003, 3]);
    const system = store.accounts.get(SYSTEM_UID);
    assert.deepEqual(
      [system?.nickname, system?.passwordHash, system?.role],
      ["Paltalk", "!", "superadmin"],
    );
    assert.equal(store.accounts.count(), 0);
  }));

Deno.test("openStore() does not add default rooms again that a host removed", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    const first = await openStore(path);
    for (const { gid } of first.rooms.list()) first.rooms.remove(gid);
    first.close();
    const again = await openStore(path);
    assert.deepEqual(again.rooms.list(), []);
    again.close();
  }));

Deno.test("openStore() uses the write-ahead log, foreign keys and the durability asked for", () =>
  withFolder((folder) => {
    const path = join(folder, "x.db");
    const pragma = (db: Database, name: string) =>
      Object.values(db.statement<object>(`PRAGMA ${name}`).get() ?? {})[0];
    for (const [durability, level] of [["normal", 1], ["full", 2]] as const) {
      const db = new Database(path, { durability });
      assert.equal(pragma(db, "journal_mode"), "wal");
      assert.equal(pragma(db, "synchronous"), level);
      assert.equal(pragma(db, "foreign_keys"), 1);
      assert.equal(pragma(db, "busy_timeout"), 5000);
      db.close();
    }
  }));

Deno.test("openStore() makes STRICT tables only", () =>
  withMadeStore((_store, path) => {
    const db = new DatabaseSync(path);
    const lax = db.prepare(
      "SELECT name FROM pragma_table_list WHERE NOT strict AND name NOT LIKE 'sqlite_%'",
    ).all();
    db.close();
    assert.deepEqual(lax, []);
  }));

Deno.test("openStore() lets nobody else read the file", () =>
  withMadeStore(async (_store, path) => {
    if (Deno.build.os === "windows") return;
    for (const file of [path, `${path}-wal`]) {
      assert.equal((await Deno.stat(file)).mode! & 0o777, 0o600);
    }
    await backupTo(path, `${path}-copy`);
    assert.equal((await Deno.stat(`${path}-copy`)).mode! & 0o777, 0o600);
  }));

Deno.test("openStore() recovers after a process was killed while creating the file", () =>
  withFolder(async (folder) => {
    await using script = new Script("create_stores.ts", folder);
    for (let n = 0; n < 20; n++) await script.line();
    await script.kill();
    for (const { name } of Deno.readDirSync(folder)) {
      if (!name.endsWith(".db")) continue;
      const store = await openStore(join(folder, name));
      assert.equal(store.categories.list().length, 29);
      assert.ok(store.rooms.list().length >= 5);
      assert.equal(addUser(store, "Ada").uid, 1000002);
      store.close();
    }
  }));

Deno.test("openStore() refuses a file that is not a database and leaves it unchanged", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    const text = "Dear diary, ".repeat(1000);
    await Deno.writeTextFile(path, text);
    await assert.rejects(openStore(path), fails("corrupt", /restore a backup/));
    assert.equal(await Deno.readTextFile(path), text);
  }));

Deno.test("openStore() refuses another program's database", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    const other = new DatabaseSync(path);
    other.exec("CREATE TABLE songs (title TEXT)");
    other.close();
    await assert.rejects(
      openStore(path),
      fails("corrupt", /not one of retropal/),
    );
  }));

Deno.test("openStore() finds damaged pages and says what to do", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    const store = await openStore(path);
    for (let n = 0; n < 500; n++) addUser(store, `User number ${n}`);
    store.close();
    const bytes = await Deno.readFile(path);
    await Deno.writeFile(path, bytes.fill(0xff, 20_000, bytes.length - 4096));
    await Deno.writeTextFile(`${path}.backup-20020731T120000`, "");
    for (const readOnly of [true, false]) {
      await assert.rejects(
        openStore(path, { readOnly }),
        fails("corrupt", /damaged.*retropal\.db\.backup-20020731T120000/),
      );
    }
  }));

Deno.test("openStore() names the process that locks the database", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    const other = new DatabaseSync(path);
    other.exec("PRAGMA locking_mode = EXCLUSIVE; CREATE TABLE t (a)");
    await assert.rejects(openStore(path), fails("locked", /another program/));
    other.close();
  }));

Deno.test("openStore() reports a folder that is missing or not writable", () =>
  withFolder(async (folder) => {
    await assert.rejects(
      openStore(join(folder, "none", "retropal.db")),
      fails("io", /cannot be opened/),
    );
    const path = join(folder, "retropal.db");
    (await openStore(path)).close();
    await Deno.chmod(path, 0o400);
    await Deno.chmod(folder, 0o500);
    try {
      // The superuser can write everywhere.
      if (Deno.uid() !== 0) {
        await assert.rejects(openStore(path), fails("read-only", /right to/));
        await assert.rejects(
          openStore(join(folder, "new.db")),
          fails("read-only", /right to/),
        );
      } else if (Deno.build.os === "linux") {
        await assert.rejects(openStore("/proc/retropal.db"), fails("io"));
      }
    } finally {
      await Deno.chmod(folder, 0o700);
    }
  }));

Deno.test("openStore() read-only neither creates, upgrades nor writes", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    await assert.rejects(openStore(path, { readOnly: true }), fails("io"));
    const store = await openStore(path);
    const { uid } = addUser(store, "Ada");
    const reader = await openStore(path, { readOnly: true });
    assert.equal(reader.accounts.byNickname("ADA")?.uid, uid);
    assert.throws(() => addUser(reader, "Bob"), fails("read-only"));
    reader.close();
    store.close();
  }));

import assert from "node:assert/strict";
import { join } from "node:path";
import { backupTo } from "./backup.ts";
import { openStore } from "./open.ts";
import { restoreFrom } from "./restore.ts";
import { addUser, fails, NOON, withFolder } from "../tests/support/db/temp.ts";

async function names(path: string): Promise<string[]> {
  const store = await openStore(path);
  const found = store.accounts.list().map(({ nickname }) => nickname);
  store.close();
  return found;
}

Deno.test("restoreFrom() restores the backup and keeps the previous database", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    const store = await openStore(path);
    addUser(store, "Old");
    await backupTo(path, join(folder, "safe"));
    addUser(store, "New");
    store.close();
    const { replaced, accounts } = restoreFrom(
      join(folder, "safe"),
      path,
      NOON,
    );
    assert.equal(accounts, 1);
    assert.equal(replaced, `${path}.replaced-20020731T120000`);
    assert.deepEqual(await names(path), ["Old"]);
    assert.deepEqual(await names(replaced), ["New", "Old"]);
  }));

Deno.test("restoreFrom() replaces a damaged file and its log", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    const store = await openStore(path);
    addUser(store, "Old");
    store.close();
    await backupTo(path, join(folder, "safe"));
    await Deno.writeFile(path, new Uint8Array(9000).fill(7));
    await Deno.writeFile(`${path}-wal`, new Uint8Array(5000).fill(8));
    const { replaced } = restoreFrom(join(folder, "safe"), path, NOON);
    assert.deepEqual(await names(path), ["Old"]);
    assert.equal((await Deno.stat(replaced!)).size, 9000);
    assert.equal((await Deno.stat(`${replaced}-wal`)).size, 5000);
  }));

Deno.test("restoreFrom() creates the database where there is none", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    (await openStore(path)).close();
    await backupTo(path, join(folder, "safe"));
    const elsewhere = join(folder, "other.db");
    assert.equal(
      restoreFrom(join(folder, "safe"), elsewhere, NOON).replaced,
      undefined,
    );
    assert.deepEqual(await names(elsewhere), []);
  }));

Deno.test("restoreFrom() changes nothing when the backup is damaged", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    (await openStore(path)).close();
    const bad = join(folder, "bad");
    await Deno.writeTextFile(
      bad,
      "not a database, though long enough".repeat(99),
    );
    assert.throws(() => restoreFrom(bad, path, NOON), fails("corrupt"));
    assert.throws(
      () => restoreFrom(join(folder, "none"), path, NOON),
      fails("io", /unable to open/),
    );
    assert.deepEqual(await names(path), []);
    const left = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assert.deepEqual(left, ["bad", "retropal.db"]);
  }));

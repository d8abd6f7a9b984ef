import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { backupAside, backupTo, verifyBackup } from "./backup.ts";
import { newestSchema } from "./migrate.ts";
import { openStore } from "./open.ts";
import { Script } from "../tests/support/db/process.ts";
import {
  addUser,
  fails,
  NOON,
  withFolder,
  withStore,
} from "../tests/support/db/temp.ts";

Deno.test("backupTo() copies a live database into one file and reports progress", () =>
  withStore(async (store, path) => {
    const { uid } = addUser(store, "Ada");
    const body = new Uint8Array(4000).fill(200);
    for (let n = 0; n < 1000; n++) {
      store.messages.add({ to: uid, from: uid, body, at: NOON });
    }
    const file = `${path}-copy`;
    const steps: [number, number][] = [];
    const facts = await backupTo(
      path,
      file,
      (done, total) => steps.push([done, total]),
    );
    assert.ok(steps.length > 2);
    assert.ok(steps.every(([done, total]) => done <= total));
    assert.deepEqual(facts, verifyBackup(file));
    assert.equal(facts.accounts, 1);
    assert.equal(facts.schema, newestSchema());
    assert.equal(facts.bytes, (await Deno.stat(file)).size);
    const copy = await openStore(file);
    assert.equal(copy.messages.count(uid), 1000);
    copy.close();
  }));

Deno.test("backupTo() leaves no log files and no partial file", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    (await openStore(path)).close();
    const file = join(folder, "copy");
    await Deno.writeTextFile(`${file}.partial`, "left by a killed backup");
    await backupTo(path, file);
    await assert.rejects(
      backupTo(path, file),
      fails("in-use", /already exists/),
    );
    await assert.rejects(
      backupTo(join(folder, "none.db"), join(folder, "no")),
      fails("io"),
    );
    await assert.rejects(
      backupTo(path, join(folder, "no", "such")),
      fails("io"),
    );
    const left = [...Deno.readDirSync(folder)].map(({ name }) => name);
    assert.deepEqual(
      left.filter((name) => !name.startsWith("retropal.db")),
      ["copy"],
    );
  }));

Deno.test("backupTo() is consistent while another process writes", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    (await openStore(path)).close();
    await using script = new Script("keep_busy.ts", path);
    assert.equal(await script.line(), "busy");
    for (let n = 0; n < 3; n++) {
      const file = join(folder, `copy${n}`);
      await backupTo(path, file);
      const copy = await openStore(file);
      const times = copy.messages.waiting(1000001).map(({ at }) => at);
      copy.close();
      assert.ok(times.length > 100);
      assert.deepEqual(times, times.map((_, index) => index));
    }
  }));

Deno.test("verifyBackup() detects a damaged, a foreign and an empty file", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    (await openStore(path)).close();
    const file = join(folder, "copy");
    await backupTo(path, file);
    const bytes = await Deno.readFile(file);
    const broken = join(folder, "broken");
    await Deno.writeFile(broken, bytes.fill(0xff, 8192, 40_000));
    assert.throws(() => verifyBackup(broken), fails("corrupt", /damaged/));
    await Deno.writeFile(broken, bytes.slice(0, 20_000));
    assert.throws(() => verifyBackup(broken), fails("corrupt"));
    await Deno.writeFile(broken, new Uint8Array());
    assert.throws(() => verifyBackup(broken), fails("corrupt", /empty/));
  }));

Deno.test("backupAside() does not block the event loop", () =>
  withStore(async (store, path) => {
    const { uid } = addUser(store, "Ada");
    const body = new Uint8Array(4000).fill(200);
    for (let n = 0; n < 8000; n++) {
      store.messages.add({ to: uid, from: uid, body, at: NOON });
    }
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    try {
      const facts = await backupAside(path, `${path}-copy`);
      assert.ok(turns > 5, `${turns} turns`);
      assert.deepEqual(facts, verifyBackup(`${path}-copy`));
      assert.equal(facts.accounts, 1);
    } finally {
      clearInterval(timer);
    }
  }));

Deno.test("backupAside() leaves nothing when it fails or is cancelled", () =>
  withStore(async (_, path) => {
    await assert.rejects(
      backupAside(`${path}.none`, `${path}-copy`),
      fails("io"),
    );
    await assert.rejects(
      backupAside(path, `${path}-copy`, AbortSignal.abort()),
      /cancelled/,
    );
    const left = [...Deno.readDirSync(dirname(path))].map(({ name }) => name);
    assert.deepEqual(left.filter((name) => name.includes("copy")), []);
  }));

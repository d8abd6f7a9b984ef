import assert from "node:assert/strict";
import { join } from "node:path";
import { FolderLock, FolderLocked, folderLockedBy } from "./lock.ts";
import { Script } from "../tests/support/db/process.ts";
import { fails, withFolder } from "../tests/support/db/temp.ts";

Deno.test("FolderLock has one holder at a time and can be released", () =>
  withFolder((folder) => {
    assert.equal(folderLockedBy(folder), undefined);
    {
      using _lock = new FolderLock(folder, "serve");
      assert.throws(() => new FolderLock(folder, "user add"), FolderLocked);
      assert.deepEqual(folderLockedBy(folder)?.holder, {
        pid: Deno.pid,
        purpose: "serve",
      });
    }
    assert.equal(folderLockedBy(folder), undefined);
    using _again = new FolderLock(folder, "user add");
    assert.equal(folderLockedBy(folder)?.holder?.purpose, "user add");
  }));

Deno.test("FolderLock of another process is respected until that is killed", () =>
  withFolder(async (folder) => {
    await using script = new Script("hold_lock.ts", folder);
    assert.equal(await script.line(), "held");
    const taken = folderLockedBy(folder);
    assert.match(
      taken?.message ?? "",
      /in use by retropal serve \(process \d+\)/,
    );
    assert.notEqual(taken?.holder?.pid, Deno.pid);
    assert.throws(() => new FolderLock(folder, "x"), fails("locked", /serve/));
    await script.kill();
    assert.equal(folderLockedBy(folder), undefined);
    new FolderLock(folder, "x")[Symbol.dispose]();
  }));

Deno.test("FolderLock reports a folder that is not writable", () =>
  withFolder((folder) => {
    assert.throws(
      () => new FolderLock(join(folder, "none"), "x"),
      fails("io", /retropal.lock does not exist/),
    );
  }));

Deno.test("FolderLock refuses a second folder whose database is a link to the first", async () => {
  await withFolder(async (folder) => {
    const [one, two, three] = ["one", "two", "three"].map((name) =>
      join(folder, name)
    ) as [string, string, string];
    for (const path of [one, two, three]) await Deno.mkdir(path);
    await Deno.symlink("../one/retropal.db", join(two, "retropal.db"));
    await Deno.symlink(join(two, "retropal.db"), join(three, "retropal.db"));
    // While the file does not exist yet, and after it was created.
    for (const _ of [1, 2]) {
      for (const [first, second] of [[one, two], [two, one], [three, one]]) {
        using _held = new FolderLock(first!, "serve");
        assert.throws(
          () => new FolderLock(second!, "serve"),
          fails("locked", /is in use by/),
        );
      }
      await Deno.writeTextFile(join(one, "retropal.db"), "");
    }
    using _free = new FolderLock(two, "serve");
  });
});

Deno.test("FolderLock refuses a database with two hard links and says how to fix it", () =>
  withFolder(async (parent) => {
    const [one, two] = [join(parent, "one"), join(parent, "two")];
    for (const folder of [one, two]) await Deno.mkdir(folder);
    await Deno.writeTextFile(join(one, "retropal.db"), "");
    await Deno.link(join(one, "retropal.db"), join(two, "retropal.db"));
    for (const folder of [one, two]) {
      assert.throws(
        () => new FolderLock(folder, "serve"),
        fails("in-use", /has 2 names.*cp /s),
      );
    }
    await Deno.remove(join(two, "retropal.db"));
    using _lock = new FolderLock(one, "serve");
  }));

import assert from "node:assert/strict";
import { join } from "node:path";
import { FolderLock, FolderLocked, folderLockedBy } from "./lock.ts";
import { Script } from "./testing/process.ts";
import { fails, withFolder } from "./testing/temp.ts";

Deno.test("FolderLock is held by one at a time and given back", () =>
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

Deno.test("FolderLock of another process is respected and vanishes when that is killed", () =>
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

Deno.test("FolderLock says when the folder cannot be written", () =>
  withFolder((folder) => {
    assert.throws(
      () => new FolderLock(join(folder, "none"), "x"),
      fails("io", /No such file/),
    );
  }));

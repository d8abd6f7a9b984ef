import assert from "node:assert/strict";
import { join } from "node:path";
import { verifyBackup } from "./backup.ts";
import { Database } from "./database.ts";
import { openStore } from "./open.ts";
import {
  CannotApply,
  ChangeRecorder,
  decodeChanges,
  encodeChanges,
  positionOf,
  Replica,
  requirePrimaryKeys,
  snapshotTo,
} from "./replica.ts";
import { Script } from "../tests/support/db/process.ts";
import {
  contentOf,
  RandomChanges,
} from "../tests/support/db/random_changes.ts";
import { addUser, NOON, withFolder } from "../tests/support/db/temp.ts";

const LOG = "a log";

/** Returns a database with some users, and an exact copy of it. */
async function twoOf(folder: string): Promise<[Database, Database]> {
  const path = join(folder, "retropal.db");
  const store = await openStore(path, { now: () => NOON });
  for (const name of ["ann", "bob", "cid"]) addUser(store, name);
  store.close();
  const leader = new Database(path);
  snapshotTo(leader, join(folder, "copy.db"));
  return [leader, new Database(join(folder, "copy.db"))];
}

Deno.test("random transactions produce the same rows in a copy", async () => {
  const changed = new Map<string, number>();
  for (let seed = 0; seed < 15; seed++) {
    await withFolder(async (folder) => {
      const [leader, copy] = await twoOf(folder);
      const replica = new Replica(copy);
      replica.place({ log: LOG, entry: 0, leading: false });
      using recorder = new ChangeRecorder(leader);
      const random = new RandomChanges(leader, seed);
      for (let entry = 1; entry <= 60; entry++) {
        // Up to four transactions, as in one event-loop turn.
        for (let n = entry % 4; n >= 0; n--) random.transaction();
        const changes = recorder.take();
        if (changes !== undefined) replica.apply(entry, changes);
        if (entry % 20 === 0) {
          assert.deepEqual(contentOf(copy), contentOf(leader), `seed ${seed}`);
        }
      }
      for (const [table, n] of random.changed) {
        changed.set(table, n + (changed.get(table) ?? 0));
      }
      leader.close();
      copy.close();
      verifyBackup(join(folder, "copy.db"));
    });
  }
  // Tables that never change would prove nothing.
  const untouched = [...changed].filter(([, n]) => n === 0);
  assert.deepEqual(untouched, []);
  assert.ok(changed.size >= 20, `${[...changed.keys()]}`);
});

Deno.test("a copy continues after its process was killed at any moment", async () => {
  await withFolder(async (folder) => {
    const [leader, copy] = await twoOf(folder);
    new Replica(copy).place({ log: LOG, entry: 0, leading: false });
    copy.close();
    using recorder = new ChangeRecorder(leader);
    const random = new RandomChanges(leader, 99);
    const parts: Uint8Array[] = [];
    const entries = 3000;
    for (let entry = 1; entry <= entries; entry++) {
      let changes: Uint8Array | undefined;
      while (changes === undefined) {
        random.transaction();
        changes = recorder.take();
      }
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, changes.length);
      parts.push(length, changes);
    }
    const log = join(folder, "log");
    await Deno.writeFile(log, new Blob(parts as BlobPart[]).stream());
    const path = join(folder, "copy.db");
    let last = 0;
    for (let kill = 0; kill < 4; kill++) {
      await using script = new Script("follow.ts", path, log);
      const until = last + 50 + 97 * kill;
      for (let line = ""; Number(line) < until;) {
        line = await script.line() ?? String(entries);
      }
      const rest = await script.kill();
      last = Math.max(until, Number(rest.at(-1) ?? 0));
      const db = new Database(path);
      // Every entry that was reported as applied is there.
      assert.ok(positionOf(db)!.entry >= last);
      db.close();
    }
    assert.ok(last < entries, "it was killed on the way");
    {
      await using script = new Script("follow.ts", path, log);
      while (await script.line() !== undefined);
    }
    const again = new Database(path);
    assert.equal(positionOf(again)!.entry, entries);
    assert.deepEqual(contentOf(again), contentOf(leader));
    again.close();
    leader.close();
  });
});

Deno.test("a copy refuses what does not fit, and is unchanged", async () => {
  await withFolder(async (folder) => {
    const [leader, copy] = await twoOf(folder);
    const replica = new Replica(copy);
    replica.place({ log: LOG, entry: 4, leading: false });
    using recorder = new ChangeRecorder(leader);
    leader.exec("UPDATE users SET first = 'Ann' WHERE nickname = 'ann'");
    const changes = recorder.take()!;
    copy.exec("UPDATE users SET first = 'other' WHERE nickname = 'ann'");
    const before = contentOf(copy);
    assert.throws(
      () => replica.apply(5, changes),
      (error) => error instanceof CannotApply && error.reason === "differs",
    );
    assert.deepEqual(contentOf(copy), before);
    assert.equal(replica.position?.entry, 4);

    const newer = decodeChanges(changes);
    for (const [by, reason] of [[1, "older-schema"], [-1, "newer-schema"]]) {
      assert.throws(
        () =>
          replica.apply(
            5,
            encodeChanges({ ...newer, schema: newer.schema + Number(by) }),
          ),
        (error) => error instanceof CannotApply && error.reason === reason,
      );
    }
    leader.close();
    copy.close();
  });
});

Deno.test("an entry that a copy has already is ignored", async () => {
  await withFolder(async (folder) => {
    const [leader, copy] = await twoOf(folder);
    const replica = new Replica(copy);
    replica.place({ log: LOG, entry: 0, leading: false });
    using recorder = new ChangeRecorder(leader);
    leader.exec("UPDATE users SET first = 'A' WHERE nickname = 'ann'");
    const first = recorder.take()!;
    assert.equal(recorder.take(), undefined);
    replica.apply(1, first);
    replica.apply(1, first);
    assert.deepEqual(contentOf(copy), contentOf(leader));
    leader.close();
    copy.close();
  });
});

Deno.test("take() refuses to run in a transaction and leaves out rolled-back changes", async () => {
  await withFolder(async (folder) => {
    const [leader, copy] = await twoOf(folder);
    copy.close();
    using recorder = new ChangeRecorder(leader);
    leader.transaction(() => {
      assert.throws(() => recorder.take(), /inside a transaction/);
    });
    assert.throws(() =>
      leader.transaction(() => {
        leader.exec("DELETE FROM users WHERE nickname = 'ann'");
        throw new Error("undone");
      }), /undone/);
    assert.equal(recorder.take(), undefined);
    leader.close();
  });
});

Deno.test("every table has a primary key, so that its changes are replicated", async () => {
  await withFolder(async (folder) => {
    const [leader, copy] = await twoOf(folder);
    requirePrimaryKeys(leader);
    leader.exec("CREATE TABLE loose (a INTEGER) STRICT");
    assert.throws(() => requirePrimaryKeys(leader), /loose/);
    leader.close();
    copy.close();
  });
});

Deno.test("the database of a standalone server has no position", async () => {
  await withFolder(async (folder) => {
    const [leader, copy] = await twoOf(folder);
    assert.equal(positionOf(leader), undefined);
    assert.equal(new Replica(copy).position, undefined);
    leader.close();
    copy.close();
  });
});

/**
 * Cores of two versions, the newer of which has one more migration.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Database } from "../../db/database.ts";
import { newestSchema } from "../../db/migrate.ts";
import { type Migration, MIGRATIONS } from "../../db/migrations/mod.ts";
import { NatsServers } from "../../tests/support/cluster/nats_servers.ts";
import { TestCore } from "../../tests/support/cluster/test_core.ts";
import { contentOf } from "../../tests/support/db/random_changes.ts";
import { addUser, withFolder } from "../../tests/support/db/temp.ts";

const NEXT: readonly Migration[] = [...MIGRATIONS, {
  version: newestSchema() + 1,
  name: "invented",
  up: `ALTER TABLE users ADD COLUMN invented TEXT NOT NULL DEFAULT 'new';
       CREATE TABLE inventions (id INTEGER PRIMARY KEY, name TEXT) STRICT;
       INSERT INTO inventions (name) VALUES ('of the step');`,
}];

async function until(what: string, is: () => boolean): Promise<void> {
  const ends = performance.now() + 20_000;
  while (!is()) {
    assert.ok(performance.now() < ends, what);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function read<T>(path: string, work: (db: Database) => T): T {
  const db = new Database(path);
  try {
    return work(db);
  } finally {
    db.close();
  }
}

const schemaOf = (path: string) =>
  read(path, (db) => db.pragma("user_version"));

/** Waits until a standby has applied everything that the leader has written. */
async function caughtUp(standby: TestCore, leader: TestCore): Promise<void> {
  await leader.hub!.settled();
  const { index } = leader.hub!.state;
  await until(
    `entry ${index} at ${standby.name}: ${standby.node.fault}`,
    () => (standby.node.index ?? 0) >= index,
  );
}

Deno.test("a rolling update with a new schema: no row is lost, no old core leads the new one", async () => {
  await using servers = await NatsServers.start(1);
  if (servers === undefined) return;
  const [url = ""] = servers.urls;
  await withFolder(async (folder) => {
    await using one = await TestCore.start("one", folder, url);
    const leader = await one.lead();
    addUser(leader.store, "before");
    await one.hub!.settled();

    // The updated program stands by with the schema of the log.
    await using two = await TestCore.start("two", folder, url, NEXT);
    const leads = two.lead();
    await two.standby.promise;
    addUser(leader.store, "under the old core");
    await caughtUp(two, one);
    assert.equal(schemaOf(two.database), newestSchema());

    // The new version leads; the old one must not continue with a schema that
    // it does not know.
    await one.kill();
    const next = await leads;
    assert.equal(schemaOf(two.database), newestSchema(NEXT));
    addUser(next.store, "under the new core");
    await two.hub!.settled();
    {
      await using old = await TestCore.start("one", folder, url);
      const never = old.lead().catch(() => {});
      await until("a fault", () => /update/.test(old.node.fault ?? ""));
      assert.equal(old.leader, undefined);
      assert.equal(old.node.index, undefined);
      assert.equal(old.node.lease.isOurs, false);
      old.node.stop();
      await never;
    }

    // After its update it follows and can lead; all rows and the new table are
    // there.
    await using updated = await TestCore.start("one", folder, url, NEXT);
    const again = updated.lead();
    await updated.standby.promise;
    addUser(next.store, "followed");
    await caughtUp(updated, two);
    await two.kill();
    const last = await again;
    for (
      const name of [
        "before",
        "under the old core",
        "under the new core",
        "followed",
      ]
    ) assert.ok(last.store.accounts.byNickname(name), name);
    assert.deepEqual(
      read(updated.database, contentOf),
      read(two.database, contentOf),
    );
    assert.deepEqual(
      read(
        updated.database,
        (db) => db.statement("SELECT name FROM inventions").all(),
      ).map((row) => ({ ...row as { name: string } })),
      [{ name: "of the step" }],
    );
  });
});

Deno.test("the updated core dies before its snapshot is used: the old one goes on", async () => {
  await using servers = await NatsServers.start(1);
  if (servers === undefined) return;
  const [url = ""] = servers.urls;
  await withFolder(async (folder) => {
    await using one = await TestCore.start("one", folder, url);
    const leader = await one.lead();
    addUser(leader.store, "before");
    await one.hub!.settled();
    await using two = await TestCore.start("two", folder, url, NEXT);
    const leads = two.lead();
    await two.standby.promise;
    await using three = await TestCore.start("three", folder, url);
    const takesOver = three.lead();
    await three.standby.promise;
    await caughtUp(two, one);
    await caughtUp(three, one);
    await one.node.lease.release("two");
    await one.kill();
    // It upgrades, stores its snapshot, and dies without a change.
    await leads;
    await two.kill();
    const old = await takesOver;
    assert.equal(schemaOf(three.database), newestSchema());
    addUser(old.store, "after");
    await three.hub!.settled();

    // When the newer version returns, it gets the older schema from the log.
    await using back = await TestCore.start("two", folder, url, NEXT);
    const third = back.lead();
    await back.standby.promise;
    await caughtUp(back, three);
    await three.kill();
    const last = await third;
    assert.ok(last.store.accounts.byNickname("after"));
    assert.equal(schemaOf(back.database), newestSchema(NEXT));
  });
});

import assert from "node:assert/strict";
import { Database } from "../../db/database.ts";
import { contentOf } from "../../tests/support/db/random_changes.ts";
import { NatsServers } from "../../tests/support/cluster/nats_servers.ts";
import { TestCore } from "../../tests/support/cluster/test_core.ts";
import { addUser, withFolder } from "../../tests/support/db/temp.ts";

function content(path: string) {
  const db = new Database(path);
  try {
    return contentOf(db);
  } finally {
    db.close();
  }
}

Deno.test("a standby has all rows when it takes over, and a former leader comes back", async () => {
  await using servers = await NatsServers.start(1);
  if (servers === undefined) return;
  const [url = ""] = servers.urls;
  await withFolder(async (folder) => {
    await using one = await TestCore.start("one", folder, url);
    const leader = await one.lead();
    for (let n = 0; n < 50; n++) addUser(leader.store, `before${n}`);
    await one.hub!.settled();

    await using two = await TestCore.start("two", folder, url);
    const leads = two.lead();
    await two.standby.promise;
    for (let n = 0; n < 50; n++) {
      addUser(leader.store, `after${n}`);
      if (n % 7 === 0) await one.hub!.settled();
    }
    await one.hub!.settled();
    // A change that never reached the log, so no client was told of it.
    one.hub!.pause();
    addUser(leader.store, "never accepted");
    const before = content(one.database);
    await one.kill();

    const next = await leads;
    assert.equal(two.node.lease.epoch, 2);
    const now = content(two.database);
    assert.ok(JSON.stringify(before).includes("never accepted"));
    assert.ok(!JSON.stringify(now).includes("never accepted"));
    assert.ok(JSON.stringify(now).includes("after49"));
    addUser(next.store, "of the second term");
    await two.hub!.settled();
    await leader.node.log.last().catch(() => 0);
    await next.snapshot();

    await using again = await TestCore.start("one", folder, url);
    const third = again.lead();
    await again.standby.promise;
    const lastChange = two.hub!.state.index;
    while ((again.node.index ?? 0) < lastChange) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await two.kill();
    await third;
    assert.deepEqual(content(again.database), content(two.database));
    const kept = [...Deno.readDirSync(folder)].filter(({ name }) =>
      name.startsWith("one.db.replaced-")
    );
    assert.equal(kept.length, 1);
  });
});

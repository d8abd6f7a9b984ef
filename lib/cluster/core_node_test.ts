import assert from "node:assert/strict";
import { join } from "node:path";
import { Database } from "../../db/database.ts";
import { newestSchema } from "../../db/migrate.ts";
import { contentOf } from "../../tests/support/db/random_changes.ts";
import { addUser, withFolder } from "../../tests/support/db/temp.ts";
import { NatsServers } from "../../tests/support/cluster/nats_servers.ts";
import { defaultConfig } from "../config/config.ts";
import { logger } from "../ops/log.ts";
import { CoreNode, type Term } from "./core_node.ts";
import { Hub } from "./hub.ts";
import { Leader } from "./leader.ts";
import { Nats } from "./nats.ts";

const log = logger("test");

/** A core without a chat server. */
class TestCore implements AsyncDisposable {
  readonly database: string;
  node!: CoreNode;
  leader: Leader | undefined;
  hub: Hub | undefined;
  standby = Promise.withResolvers<void>();
  isReplaced = false;
  #nats!: Nats;
  #timer: ReturnType<typeof setInterval> | undefined;

  private constructor(readonly name: string, folder: string) {
    this.database = join(folder, `${name}.db`);
  }

  static async start(name: string, folder: string, url: string) {
    const core = new TestCore(name, folder);
    const config = defaultConfig({
      "cluster.role": "core",
      "cluster.nats": [url],
    });
    core.#nats = await Nats.connect({ config, clientName: name, log });
    core.node = await CoreNode.open({
      nats: core.#nats,
      name: "retropal",
      database: core.database,
      holder: name,
      log,
      newestSchema: newestSchema(),
    });
    return core;
  }

  async lead(): Promise<Leader> {
    const term: Term | undefined = await this.node.follow(() =>
      this.standby.resolve()
    );
    assert.ok(term);
    const leader = await Leader.open({
      node: this.node,
      nats: this.#nats,
      term,
      database: this.database,
      durability: "normal",
      log,
    });
    this.leader = leader;
    this.hub = new Hub({
      broker: this.#nats.broker(this.node.log),
      epoch: term.epoch,
      state: term.state,
      rules: () => ({
        handle: () => {},
        lost: () => {},
        restore: () => {},
        collect: () => {
          const changes = leader.collect();
          return changes && { changes };
        },
      }),
      defer: queueMicrotask,
      onReplaced: () => this.isReplaced = true,
    }, performance.now());
    leader.attach(this.hub);
    this.#timer = setInterval(() => this.hub?.tick(performance.now()), 20);
    return leader;
  }

  /** Ends like a killed process, without releasing anything. */
  async kill(): Promise<void> {
    clearInterval(this.#timer);
    this.hub?.stop();
    this.leader?.[Symbol.dispose]();
    this.leader?.store.close();
    // Nothing can be sent any more.
    await this.#nats.connection.close();
    await this.node[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#nats.connection.isClosed()) await this.kill();
  }
}

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

/**
 * A core without a chat server, for tests of the log, the lease and the copies.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { newestSchema } from "../../../db/migrate.ts";
import { type Migration, MIGRATIONS } from "../../../db/migrations/mod.ts";
import { defaultConfig } from "../../../lib/config/config.ts";
import { CoreNode, type Term } from "../../../lib/cluster/core_node.ts";
import { Hub } from "../../../lib/cluster/hub.ts";
import { Leader } from "../../../lib/cluster/leader.ts";
import { Nats } from "../../../lib/cluster/nats.ts";
import { logger } from "../../../lib/ops/log.ts";

const log = logger("test");

/** A core without a chat server. */
export class TestCore implements AsyncDisposable {
  readonly database: string;
  node!: CoreNode;
  leader: Leader | undefined;
  hub: Hub | undefined;
  standby = Promise.withResolvers<void>();
  isReplaced = false;
  #nats!: Nats;
  #timer: ReturnType<typeof setInterval> | undefined;

  private constructor(
    readonly name: string,
    folder: string,
    readonly migrations: readonly Migration[],
  ) {
    this.database = join(folder, `${name}.db`);
  }

  /** `migrations` are those of its program. */
  static async start(
    name: string,
    folder: string,
    url: string,
    migrations = MIGRATIONS,
  ) {
    const core = new TestCore(name, folder, migrations);
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
      newestSchema: newestSchema(migrations),
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
      migrations: this.migrations,
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

import assert from "node:assert/strict";
import { TestCluster } from "../support/cluster/processes.ts";
import { runCli } from "../support/server.ts";

Deno.test("cluster status and promote; commands say where they can be run", async () => {
  await using cluster = await TestCluster.start();
  if (cluster === undefined) return;
  const [one, two] = cluster.cores;
  const settings = { "cluster.nats": cluster.nats.urls.join(",") };
  const run = (data: string, ...words: string[]) =>
    runCli([...words, "--data", data], "", settings);
  const status = async (data: string) => {
    const { code, out, err } = await run(data, "cluster", "status", "--json");
    assert.equal(code, 0, err);
    return JSON.parse(out).cores;
  };

  const [leader, standby] = await status(cluster.gateways[0]!.data);
  assert.match(leader.name, /core0$/);
  assert.deepEqual([leader.leads, standby.leads], [true, false]);
  assert.equal(leader.online, 4);
  assert.equal(leader.gateways.length, 2);
  assert.ok(leader.entry - standby.entry < 100, `${standby.entry}`);
  const { out } = await run(two!.data, "cluster", "status");
  assert.match(out, /core0 +leads.*\n.*core1 +stands by +\d+/);
  assert.match(out, /4 people online/);

  // The leading core accepts commands; the other one names the leader.
  assert.equal((await run(one!.data, "user", "list")).code, 0);
  const refused = await run(two!.data, "category", "list");
  assert.notEqual(refused.code, 0);
  assert.match(refused.err, /stands by.*core0/);

  cluster.talk();
  const promoted = await run(two!.data, "cluster", "promote");
  assert.equal(promoted.code, 0, promoted.err);
  assert.match(promoted.out, /core1 leads/);
  await one!.standsBy();
  const again = await run(two!.data, "cluster", "promote");
  assert.match(again.out, /is already the leader/);
  const unknown = await run(two!.data, "cluster", "promote", "--core", "x");
  assert.match(unknown.err, /No core of the name x/);
  await cluster.judge(two!);
  assert.ok(cluster.silence < 2000, `${cluster.silence} ms of silence`);

  // While it is stopped, changes would not reach the other cores.
  await one!.stop();
  const stopped = await run(one!.data, "user", "list");
  assert.match(stopped.err, /core1/);
  const copy = `${cluster.folder}/copy.db`;
  assert.equal((await run(two!.data, "backup", copy)).code, 0);
  const restored = await run(one!.data, "restore", copy);
  assert.match(restored.err, /would replace what is restored/);
});

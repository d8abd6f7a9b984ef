import assert from "node:assert/strict";
import { pause, TestCluster, until } from "../support/cluster/processes.ts";

/** NATS outages take long, so only .ci/long.sh runs these tests. */
const ignore = Deno.env.get("RETROPAL_LONG") === undefined;
/** Allows more time when all other tests run in parallel. */
const BUSY = ignore ? 5 : 1;

Deno.test("kill -9 of the leading core: no socket closes, nothing is lost", async () => {
  await using cluster = await TestCluster.start();
  if (cluster === undefined) return;
  const [one, two] = cluster.cores;
  cluster.talk();
  await until("talk", () => cluster.sent.length > 50);
  await one!.stop("SIGKILL");
  await two!.serves();
  await pause(1000);
  await cluster.judge(two!);
  assert.ok(cluster.silence < 3000 * BUSY, `${cluster.silence} ms of silence`);
});

Deno.test(
  "a core that stands still for 6 s comes back as a standby, and can lead again",
  { ignore },
  async () => {
    await using cluster = await TestCluster.start();
    if (cluster === undefined) return;
    const [one, two] = cluster.cores;
    cluster.talk();
    await until("talk", () => cluster.sent.length > 50);
    one!.signal("SIGSTOP");
    const at = performance.now();
    await two!.serves();
    await pause(6000 - (performance.now() - at));
    one!.signal("SIGCONT");
    await one!.standsBy();
    await pause(500);
    await two!.stop("SIGKILL");
    await until("talk", () => cluster.sent.length > 500);
    await pause(3000);
    await cluster.judge(one!);
    assert.ok(
      cluster.silence < 3000 * BUSY,
      `${cluster.silence} ms of silence`,
    );
  },
);

Deno.test(
  "each of three nats-servers killed in turn: no socket closes, nothing is lost",
  { ignore },
  async () => {
    await using cluster = await TestCluster.start({ servers: 3 });
    if (cluster === undefined) return;
    const { nats } = cluster;
    cluster.talk();
    for (let n = 0; n < 3; n++) {
      await pause(500);
      await nats.kill(n);
      await pause(4000);
      nats.start(n);
      await nats.ready();
      await pause(3000);
    }
    const leads = /this core is the leader/.test(cluster.cores[1]!.log) ? 1 : 0;
    await cluster.judge(cluster.cores[leads]!);
    // NATS itself may take 4 to 9 seconds to elect another leader.
    assert.ok(cluster.silence < 12_000, `${cluster.silence} ms of silence`);
  },
);

Deno.test(
  "each of three nats-servers goes mute in turn: no gateway is given up",
  { ignore },
  async () => {
    await using cluster = await TestCluster.start({ servers: 3 });
    if (cluster === undefined) return;
    const { nats } = cluster;
    cluster.talk();
    for (let n = 0; n < 3; n++) {
      await pause(1000);
      nats.signal(n, "SIGSTOP");
      await pause(3500);
      nats.signal(n, "SIGCONT");
      await nats.ready();
      await pause(2000);
    }
    const leads = cluster.cores.findLast(({ log }) =>
      /is the leader/.test(log)
    );
    await cluster.judge(leads!);
    for (const { log } of cluster.cores) {
      assert.doesNotMatch(log, /gateway lost/);
    }
    assert.ok(cluster.silence < 12_000, `${cluster.silence} ms of silence`);
  },
);

Deno.test("all of NATS killed for 10 s: no socket closes, nothing is lost", {
  ignore,
}, async () => {
  await using cluster = await TestCluster.start({ servers: 3 });
  if (cluster === undefined) return;
  const { nats } = cluster;
  cluster.talk(100);
  await pause(1000);
  for (let n = 0; n < 3; n++) await nats.kill(n);
  const at = performance.now();
  await pause(10_000);
  for (let n = 0; n < 3; n++) nats.start(n);
  await nats.ready();
  const outage = performance.now() - at;
  await pause(5000);
  await cluster.judge(cluster.cores[0]!);
  const { silence } = cluster;
  assert.ok(silence < outage + 3000, `${silence} ms of ${outage} ms`);
});

Deno.test("an update: each core is stopped and started in turn, and nobody notices", async () => {
  await using cluster = await TestCluster.start();
  if (cluster === undefined) return;
  const [one, two] = cluster.cores;
  cluster.talk();
  await pause(500);
  assert.equal(await two!.stop(), 0);
  two!.again();
  await two!.standsBy();
  assert.equal(await one!.stop(), 0);
  await two!.serves();
  one!.again();
  await one!.standsBy();
  await pause(1000);
  await cluster.judge(two!);
  assert.ok(cluster.silence < 2000 * BUSY, `${cluster.silence} ms of silence`);
});

Deno.test("a core on its own is restarted: it goes on from the log", async () => {
  await using cluster = await TestCluster.start({ cores: 1 });
  if (cluster === undefined) return;
  const [one] = cluster.cores;
  cluster.talk();
  await pause(500);
  await one!.stop("SIGKILL");
  one!.again();
  await one!.serves();
  await pause(1000);
  await cluster.judge(one!);
  assert.ok(cluster.silence < 8000 * BUSY, `${cluster.silence} ms of silence`);
});

/**
 * run.ts: a cluster whose connections to NATS lose packets, in a network
 * namespace of its own. Prints the longest silence as JSON.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a program of its own
import assert from "node:assert/strict";
import { pause, TestCluster, until } from "../../support/cluster/processes.ts";

const SERVERS = 3;

async function iptables(words: string): Promise<void> {
  const { success } = await new Deno.Command("iptables", {
    args: words.split(" "),
    stdin: "null",
  }).output();
  assert.ok(success, words);
}

/** Drops a part of all packets to these ports until it is disposed of. */
async function dropping(
  ports: readonly string[],
  part: number,
): Promise<AsyncDisposable> {
  const rules = ports.map((port) =>
    `INPUT -p tcp --dport ${port} ` +
    (part === 1 ? "" : `-m statistic --mode random --probability ${part} `) +
    "-j DROP"
  );
  for (const rule of rules) await iptables(`-A ${rule}`);
  return {
    async [Symbol.asyncDispose]() {
      for (const rule of rules) await iptables(`-D ${rule}`);
    },
  };
}

await using cluster = await TestCluster.start({ servers: SERVERS });
assert.ok(cluster);
const ports = cluster.nats.urls.map((url) => new URL(url).port);
const [leader] = cluster.cores;
cluster.talk();
await until("talk", () => cluster.sent.length > 50);
{
  await using _ = await dropping(ports, 0.1);
  await pause(5000);
}
// Nobody reaches one of the servers: who used it goes to another.
{
  await using _ = await dropping(ports.slice(0, 1), 1);
  await pause(2000);
}
await pause(3000);
const leading = cluster.cores.findLast(({ log }) => /is the leader/.test(log));
await cluster.judge(leading ?? leader!);
for (const { log } of cluster.cores) assert.doesNotMatch(log, /gateway lost/);
console.log(JSON.stringify({
  sent: cluster.sent.length,
  silence: Math.round(cluster.silence),
}));

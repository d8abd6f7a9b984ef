import assert from "node:assert/strict";
import { pause, TestCluster, until } from "../support/cluster/processes.ts";

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
  assert.ok(cluster.silence < 3000, `${cluster.silence} ms of silence`);
});

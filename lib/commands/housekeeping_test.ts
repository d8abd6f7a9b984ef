import { deepEqual, equal } from "node:assert/strict";
import { tidy, tidyDaily } from "./housekeeping.ts";
import { Bench } from "./testing/host.ts";

Deno.test("tidy() forgets what is older than was said, and bans that are over", async () => {
  await using bench = await Bench.open();
  for (const [target, time] of [["192.0.2.1", "30m"], ["192.0.2.2", "9d"]]) {
    await bench.run("ban add", { target, for: time });
  }
  bench.now += 2 * 86_400_000;
  await bench.run("ban add", { target: "192.0.2.3" });
  tidy(bench.store, bench.now, 1);
  deepEqual(bench.store.audit.list().map((one) => one.target), ["192.0.2.3"]);
  equal(bench.store.bans.list(0).length, 2);
});

Deno.test("tidyDaily() does it at once and survives a failure", () => {
  const errors: unknown[] = [];
  const stop = tidyDaily(() => {
    throw new Error("disk");
  }, (error) => errors.push(error));
  stop();
  equal(errors.length, 1);
});

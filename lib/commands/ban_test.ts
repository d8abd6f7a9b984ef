import { deepEqual, equal, match } from "node:assert/strict";
import type { Ban } from "../domain/store.ts";
import { Bench } from "./testing/host.ts";

Deno.test("ban add tells account, address and network apart", async () => {
  await using bench = await Bench.open();
  const uid = bench.person("Troll");
  for (
    const [target, kind, stored] of [
      ["troll", "account", String(uid)],
      ["203.0.113.5", "address", "203.0.113.5"],
      ["::ffff:203.0.113.6", "address", "203.0.113.6"],
      ["2001:DB8::1", "address", "2001:db8::1"],
      ["203.0.113.77/24", "network", "203.0.113.0/24"],
      ["2001:db8::/32", "network", "2001:db8::/32"],
    ]
  ) {
    const result = await bench.run("ban add", { target });
    equal(result.code, 0, target);
    const json = result.json as Ban;
    deepEqual([json.kind, json.target], [kind, stored]);
  }
  equal(((await bench.run("ban list")).json as Ban[]).length, 6);
});

Deno.test("ban add ends sessions at once and says until when", async () => {
  await using bench = await Bench.open();
  const uid = bench.person("Troll");
  bench.start().online.add(uid);
  const result = await bench.run("ban add", {
    target: "Troll",
    for: "7d",
    reason: "Be kind.",
  });
  equal((result.json as { disconnected: number }).disconnected, 1);
  deepEqual(bench.told, [
    "bansChanged",
    `kick ${uid} You are banned until 2027-01-22 08:00:00 UTC. Be kind.`,
  ]);
  bench.told.length = 0;
  await bench.run("ban add", { target: "192.0.2.0/24", for: "forever" });
  deepEqual(bench.told, [
    "bansChanged",
    "kickAddress 192.0.2.1,::ffff:192.0.2.9 You are banned for ever.",
  ]);
});

Deno.test("ban info says who, when, why and until when, networks included", async () => {
  await using bench = await Bench.open();
  bench.person("Mo", "moderator");
  await bench.run("ban add", { target: "192.0.2.0/24", reason: "scans" }, {
    actor: bench.actor("Mo"),
  });
  const { json } = await bench.run("ban info", { target: "192.0.2.44" });
  const ban = json as Ban;
  deepEqual([ban.by, ban.reason, ban.until], ["Mo", "scans", null]);
  equal((await bench.run("ban info", { target: "198.51.100.1" })).code, 3);
});

Deno.test("ban remove ends a ban, and a ban that is over is none", async () => {
  await using bench = await Bench.open();
  bench.person("Troll");
  await bench.run("ban add", { target: "Troll", for: "30m" });
  equal((await bench.run("ban remove", { target: "Troll" })).code, 0);
  equal((await bench.run("ban remove", { target: "Troll" })).code, 3);
  await bench.run("ban add", { target: "Troll", for: "30m" });
  bench.now += 31 * 60_000;
  equal((await bench.run("ban info", { target: "Troll" })).code, 3);
  for (
    const [one, other] of [["192.0.2.7/32", "192.0.2.7"], ["::7", "::7/128"]]
  ) {
    await bench.run("ban add", { target: one! });
    equal((await bench.run("ban remove", { target: other! })).code, 0);
  }
});

Deno.test("ban add refuses what is no target and no time", async () => {
  await using bench = await Bench.open();
  const time = await bench.run("ban add", { target: "1.2.3.4", for: "soon" });
  equal(time.code, 2);
  match(time.lines[0] ?? "", /--for wants a time such as 30m/);
  equal((await bench.run("ban add", { target: "1.2.3.400" })).code, 3);
  const kind = await bench.run("ban add", { target: "Ann", kind: "network" });
  match(kind.lines[0] ?? "", /no network: write one such as/);
});

Deno.test("staff cannot ban or kick those who stand as high", async () => {
  await using bench = await Bench.open();
  bench.person("Mo", "moderator");
  bench.person("Ma", "moderator");
  bench.person("Ulf");
  bench.start();
  const actor = bench.actor("Mo");
  for (const line of ["user ban", "user kick"]) {
    const result = await bench.run(line, { nick: "Ma" }, { actor });
    equal(result.code, 1);
    match(result.lines[0] ?? "", /Ma is moderator/);
  }
  equal((await bench.run("user ban", { nick: "Ulf" }, { actor })).code, 0);
  const user = bench.actor("Ulf");
  const denied = await bench.run("ban list", {}, { actor: user });
  match(denied.lines[0] ?? "", /Only a moderator/);
});

Deno.test("user kick needs a server and somebody on line", async () => {
  await using bench = await Bench.open();
  const uid = bench.person("Ann");
  equal((await bench.run("user kick", { nick: "Ann" })).code, 4);
  bench.start();
  equal((await bench.run("user kick", { nick: "Ann" })).code, 3);
  bench.online.add(uid);
  equal((await bench.run("user kick", { nick: "Ann" })).code, 0);
});

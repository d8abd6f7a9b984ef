import { minuteText } from "../ops/local_time.ts";
import { deepEqual, equal, match } from "node:assert/strict";
import type { Ban } from "../domain/store.ts";
import { Bench } from "../../tests/support/commands/host.ts";

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
    `kick ${uid} You are banned until ${
      minuteText(Date.UTC(2027, 0, 22, 8))
    }. Reason: Be kind.`,
  ]);
  bench.told.length = 0;
  await bench.run("ban add", { target: "192.0.2.0/24", for: "forever" });
  deepEqual(bench.told, [
    "kickAddress 192.0.2.1,::ffff:192.0.2.9 You are banned permanently.",
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
    const [one, other] of [["192.0.2.7/32", "192.0.2.7"], [
      "2001:db8::7",
      "2001:db8::7/128",
    ]]
  ) {
    await bench.run("ban add", { target: one! });
    equal((await bench.run("ban remove", { target: other! })).code, 0);
  }
});

Deno.test("ban add refuses what is no target and no time", async () => {
  await using bench = await Bench.open();
  const time = await bench.run("ban add", { target: "1.2.3.4", for: "soon" });
  equal(time.code, 2);
  match(time.lines[0] ?? "", /--for must be a duration such as 30m/);
  for (
    const target of [
      "1.2.3.400",
      "1.2.3.4/40",
      "::1::",
      "fe80::1%eth0",
      "2001:",
    ]
  ) {
    const { code, lines } = await bench.run("ban add", { target });
    equal(code, 3);
    if (target === "2001:") match(lines[0] ?? "", /There is no user "2001:"/);
    else match(lines[0] ?? "", /is neither an address nor a network/);
  }
  for (const nick of ["192.0.2.7", "192.0.2.0/24", "2001:db8::7"]) {
    const { code, lines } = await bench.run("user ban", { nick });
    equal(code, 1);
    match(lines[0] ?? "", /is an address, not a user/);
  }
  const kind = await bench.run("ban add", { target: "Ann", kind: "network" });
  match(kind.lines[0] ?? "", /not a network: write one such as/);
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

Deno.test("a ban from below hits nobody above and not the actor, and says so of nobody", async () => {
  await using bench = await Bench.open();
  const [owner, chief, mo, ma, ulf] = [
    bench.person("Owner", "superadmin"),
    bench.person("Chief", "admin"),
    bench.person("Mo", "moderator"),
    bench.person("Ma", "moderator"),
    bench.person("Ulf"),
  ];
  bench.start();
  for (const uid of [owner, chief, mo, ma, ulf]) bench.online.add(uid);
  const actor = bench.actor("Mo");
  const target = "198.51.100.0/24";
  const asked = await bench.run("ban add", { target }, { actor });
  deepEqual([asked.code, asked.confirm], [1, ["It disconnects Ulf."]]);
  equal(bench.store.bans.list(bench.now).length, 0);
  deepEqual(bench.told, []);
  const done = await bench.run("ban add", { target, yes: true }, { actor });
  equal((done.json as { disconnected: number }).disconnected, 1);
  equal(bench.told[0], `kickAddress ${ulf} You are banned permanently.`);
  // Only the owner's address: no confirmation, because the ban hits nobody.
  bench.online.delete(ulf);
  const quiet = await bench.run("ban add", {
    target: bench.addressOf(owner),
  }, { actor });
  equal(quiet.code, 0);
  match(quiet.lines[0]!, /is banned permanently\.$/);
});

Deno.test("bans of networks that hold very many, or the host's own, need a yes", async () => {
  await using bench = await Bench.open();
  bench.start();
  const questions: [target: string, warning: RegExp | undefined][] = [
    ["0.0.0.0/0", /this machine itself.*more than a \/16/],
    ["::/0", /this machine itself/],
    ["127.0.0.1", /this machine itself/],
    ["::1", /this machine itself/],
    ["192.168.7.0/24", /private network/],
    ["10.1.2.3", /private network/],
    ["fe80::1", /private network/],
    ["203.0.0.0/15", /more than a \/16/],
    ["2001::/16", /more than a \/16/],
    ["203.0.0.0/16", undefined],
    ["2001:db8::/32", undefined],
    ["203.0.113.9", undefined],
  ];
  for (const [target, warning] of questions) {
    const result = await bench.run("ban add", { target });
    equal(result.code, warning ? 1 : 0, target);
    if (warning === undefined) continue;
    match(result.lines.join(" "), warning);
    match(result.lines.at(-1)!, /Nothing was changed: add --yes/);
    equal((await bench.run("ban info", { target })).code, 3);
    equal((await bench.run("ban add", { target, yes: true })).code, 0, target);
    await bench.run("ban remove", { target });
  }
});

Deno.test("a ban of an IPv6 address covers its /64 and says so", async () => {
  await using bench = await Bench.open();
  const { lines } = await bench.run("ban add", { target: "2001:db8::5" });
  match(lines[0]!, /covers its whole \/64 network/);
  equal((await bench.run("ban info", { target: "2001:db8::abcd" })).code, 0);
  equal((await bench.run("ban info", { target: "2001:db8:0:1::5" })).code, 3);
});

Deno.test("nobody removes or replaces a ban that somebody above gave", async () => {
  await using bench = await Bench.open();
  bench.person("Mo", "moderator");
  bench.person("Chief", "admin");
  bench.person("Troll");
  const [low, high] = [bench.actor("Mo"), bench.actor("Chief")];
  for (const target of ["Troll", "203.0.113.9"]) {
    await bench.run("ban add", { target }, { actor: high });
    for (
      const [line, input] of [
        ["ban add", { target, for: "1m" }],
        ["ban remove", { target }],
      ] as const
    ) {
      const result = await bench.run(line, input, { actor: low });
      equal(result.code, 1);
      match(result.lines[0]!, /banned by Chief, who stands above you/);
    }
    equal((await bench.run("ban remove", { target }, { actor: high })).code, 0);
    await bench.run("ban add", { target }, { actor: low });
    equal((await bench.run("ban remove", { target }, { actor: high })).code, 0);
  }
});

Deno.test("banning or kicking oneself needs a yes, and so does the last superadmin", async () => {
  await using bench = await Bench.open();
  bench.online.add(bench.person("Mo", "moderator"));
  bench.online.add(bench.person("Sue", "superadmin"));
  bench.start();
  const attempts: [string, string, Record<string, string>, RegExp][] = [
    ["Mo", "user kick", { nick: "Mo" }, /your own session/],
    ["Mo", "user ban", { nick: "Mo" }, /your own account/],
    ["Sue", "user set", { nick: "Sue", role: "user" }, /last superadmin/],
    ["cli", "ban add", { target: "Sue" }, /last superadmin/],
    ["cli", "user set", { nick: "Sue", role: "admin" }, /last superadmin/],
    ["cli", "user remove", { nick: "Sue" }, /last superadmin/],
  ];
  for (const [who, line, input, warning] of attempts) {
    const options = who === "cli" ? {} : { actor: bench.actor(who) };
    const asked = await bench.run(line, input, options);
    equal(asked.code, 1, line);
    match(asked.confirm?.join(" ") ?? "", warning);
  }
  deepEqual(bench.told, []);
  bench.person("Sam", "superadmin");
  equal((await bench.run("user remove", { nick: "Sue" })).code, 0);
  equal(
    (await bench.run("user set", { nick: "Sam", role: "user", yes: true }))
      .code,
    0,
  );
});

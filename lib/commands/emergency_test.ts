import { deepEqual, equal, match } from "node:assert/strict";
import { CODE } from "./command.ts";
import { Bench } from "../../tests/support/commands/host.ts";

Deno.test("the dial asks before it disconnects users, and spares staff", async () => {
  await using bench = (await Bench.open()).start();
  const ann = bench.person("Ann");
  const guard = bench.person("Guard", "moderator");
  bench.person("Boss", "admin");
  bench.online.add(ann).add(guard);
  const boss = { actor: bench.actor("Boss") };
  const staff = await bench.run("emergency staff", {}, boss);
  equal(staff.code, CODE.refused);
  match(staff.lines[0]!, /disconnects 1 user at once/);
  equal(bench.store.emergency.get().level, "open");
  const input = { yes: true, reason: "Back at nine." };
  await bench.run("emergency staff", input, boss);
  match(
    bench.told.at(-1)!,
    new RegExp(
      `^kickAddress ${ann} Only staff .* Back at nine.$`,
    ),
  );
  const show = await bench.run("emergency show");
  match(show.lines.join("\n"), /staff: Only staff.*\nsince .*Boss/);
  for (const level of ["members", "open"]) {
    equal((await bench.run(`emergency ${level}`, {}, boss)).code, CODE.done);
    equal(bench.store.emergency.get().level, level);
  }
  const low = { actor: bench.actor("Guard") };
  equal((await bench.run("emergency open", {}, low)).code, CODE.refused);
  const acts = bench.store.audit.list({ action: "emergency" });
  deepEqual(acts.map(({ target }) => target), ["open", "members", "staff"]);
});

Deno.test("bans go to a file and come back on another server", async () => {
  await using from = await Bench.open();
  from.person("Troll");
  await from.run("ban add", { target: "Troll", reason: "shouts" });
  await from.run("ban add", { target: "203.0.113.0/24", for: "7d" });
  await from.run("ban add", { target: "2001:db8::1" });
  const { file } = await from.run("ban export", { file: "bans.json" });
  await using to = await Bench.open();
  to.person("Troll");
  to.person("Boss", "admin");
  const boss = { actor: to.actor("Boss") };
  const back = await to.run("ban import", {
    file: { name: "bans.json", text: file!.text },
  }, boss);
  deepEqual(back.lines, ["3 of 3 bans added, 0 left out."]);
  const bans = to.store.bans.list(to.now);
  deepEqual(
    bans.map(({ kind, until, rank }) => [kind, until, rank]),
    [
      ["account", null, 2],
      ["network", to.now + 7 * 86_400_000, 2],
      ["address", null, 2],
    ],
  );
});

Deno.test("an import takes what ban add would take, and says what it left out", async () => {
  await using bench = await Bench.open();
  bench.person("Boss", "admin");
  const rows = [
    { kind: "account", target: "Nobody" },
    { kind: "account", target: "Boss" },
    { kind: "network", target: "10.0.0.0/8" },
    { kind: "address", target: "x" },
    { kind: "address", target: "203.0.113.9", until: "2001-01-01" },
    { kind: "planet", target: "x" },
    7,
    { kind: "address", target: "203.0.113.9" },
  ];
  const answer = await bench.run("ban import", {
    file: { name: "x.json", text: JSON.stringify(rows) },
  }, { actor: bench.actor("Boss") });
  equal(answer.code, CODE.refused);
  equal(answer.lines.at(-1), "1 of 8 bans added, 7 left out.");
  match(answer.lines.join("\n"), /entry 3: .*needs --yes/);
  const wrong = { file: { name: "x", text: "{" } };
  equal((await bench.run("ban import", wrong)).code, CODE.usage);
});

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { Bench } from "../../tests/support/commands/host.ts";

Deno.test("user add makes an account, prints its uid and writes who did it", async () => {
  await using bench = await Bench.open();
  const result = await bench.run("user add", {
    nick: "Ann",
    role: "moderator",
    email: "ann@example.org",
  }, { secret: "secret11" });
  equal(result.code, 0);
  deepEqual(result.lines, ["1000002"]);
  const account = bench.store.accounts.byNickname("ann");
  equal(account?.role, "moderator");
  match(account?.passwordHash ?? "", /\$8$/);
  ok(!JSON.stringify(result.json).includes("scrypt"));
  const [entry] = bench.store.audit.list();
  equal(entry?.actor, "cli");
  equal(entry?.action, "user add");
  equal(entry?.target, "Ann");
});

Deno.test("user add refuses what the client could not bear, with one sentence", async () => {
  await using bench = await Bench.open();
  await bench.run("user add", { nick: "Ann" }, { secret: "secret11" });
  const refusals: [
    Record<string, unknown>,
    string | undefined,
    number,
    RegExp,
  ][] = [
    [{ nick: "aNN" }, "secret11", 1, /"Ann" is taken \(uid 1000002\)/],
    [{ nick: "1000002" }, "secret11", 1, /"1000002" is the uid of Ann/],
    [{ nick: "Pa1talk" }, "secret11", 1, /looks like Paltalk/],
    [{ nick: "a=b" }, "secret11", 1, /stumbles over "="/],
    [{ nick: "Bob" }, "1234", 1, /too short/],
    [{ nick: "Bob" }, undefined, 2, /--password-stdin/],
    [{ nick: "Bob", email: "nowhere" }, "secret11", 1, /no e-mail address/],
    [{ nick: "Bob", role: "king" }, "secret11", 2, /--role must be user or/],
    [{}, "secret11", 2, /NICK is missing/],
    [{ nick: "Bob", extra: 1 }, "secret11", 2, /no argument "extra"/],
  ];
  for (const [input, secret, code, why] of refusals) {
    const result = await bench.run(
      "user add",
      input,
      secret === undefined ? {} : { secret },
    );
    equal(result.code, code, why.source);
    equal(result.lines.length, 1);
    match(result.lines[0] ?? "", why);
  }
  equal(bench.store.accounts.count(), 1);
});

Deno.test("user add keeps names that look like staff for staff", async () => {
  await using bench = await Bench.open();
  bench.person("Boss", "admin");
  const secret = { secret: "secret11" };
  const result = await bench.run("user add", { nick: "B0ss" }, secret);
  match(result.lines[0] ?? "", /too much like Boss/);
});

Deno.test("user list filters, sorts and says who is banned", async () => {
  await using bench = await Bench.open();
  const ann = bench.person("Ann");
  bench.person("Bea", "moderator");
  bench.start().online.add(ann);
  await bench.run("ban add", { target: "Bea" });
  const names = async (input: Record<string, unknown>) =>
    ((await bench.run("user list", input)).json as { nickname: string }[])
      .map((one) => one.nickname);
  deepEqual(await names({}), ["Ann", "Bea"]);
  deepEqual(await names({ role: "moderator" }), ["Bea"]);
  deepEqual(await names({ online: true }), ["Ann"]);
  deepEqual(await names({ banned: true }), ["Bea"]);
  deepEqual(await names({ search: "nn" }), ["Ann"]);
  deepEqual(await names({ limit: 1, offset: 1 }), ["Bea"]);
});

Deno.test("user show finds by name and by uid, and suggests what was meant", async () => {
  await using bench = await Bench.open();
  const uid = bench.person("Annabel");
  equal((await bench.run("user show", { nick: "ANNABEL" })).code, 0);
  equal((await bench.run("user show", { nick: String(uid) })).code, 0);
  const missing = await bench.run("user show", { nick: "Annabell" });
  equal(missing.code, 3);
  match(missing.lines[0] ?? "", /Did you mean Annabel\?/);
});

Deno.test("user passwd changes only the password", async () => {
  await using bench = await Bench.open();
  bench.person("Ann");
  const result = await bench.run("user passwd", { nick: "Ann" }, {
    secret: "1234567890",
  });
  equal(result.code, 0);
  match(bench.store.accounts.byNickname("Ann")?.passwordHash ?? "", /\$10$/);
  equal(bench.store.audit.list()[0]?.after, null);
});

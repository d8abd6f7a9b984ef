import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { FolderLock } from "../../db/lock.ts";
import { Home, retropal } from "../../tests/support/cli/retropal.ts";

Deno.test("main() does a host's first steps without a server", async () => {
  await using home = await Home.make();
  const added = await home.run("user add Ann --password-stdin", {
    stdin: "secret11\n",
  });
  deepEqual([added.code, added.out, added.err], [0, "1000002", ""]);
  const list = (await home.run("user list --json")).json();
  deepEqual((list as { nickname: string }[]).map((one) => one.nickname), [
    "Ann",
  ]);
  const room = await home.run(["room", "add", "The Royal Oak"]);
  match(room.out, /^\d{5}$/);
  equal((await home.run(`room show ${room.out}`)).code, 0);
  equal((await home.run("category list --json")).code, 0);
  equal((await home.run("user remove Ann")).code, 0);
  equal((await home.run("user show Ann")).code, 3);
  const audit = (await home.run("audit --json")).json() as { action: string }[];
  deepEqual(audit.map((one) => one.action), [
    "user add",
    "room add",
    "user remove",
  ]);
});

Deno.test("main() explains wrong usage in one sentence", async () => {
  const wrong: [string, RegExp][] = [
    ["", /Try `\S.* serve`/],
    ["usr add", /no `retropal usr`\. Did you mean user\?/],
    ["user", /Command missing: `retropal user add\|passwd\|/],
    ["user ad Ann", /no `retropal user ad`\. Did you mean add\?/],
    ["user add", /NICK is missing/],
    ["user add Ann Bob", /"Bob" is one word too many/],
    ["user add Ann --rol x", /has no --rol\. Did you mean --role\?/],
    ["user add Ann --role", /--role needs a value/],
    ["user add Ann --role king", /--role must be user or moderator/],
    ["user list --online=yes", /--online takes no value/],
    ["user add Ann", /A password is needed: give --password-stdin/],
    ["ban add Ann --for soon", /--for must be a duration such as 30m/],
    ["room list --help-me", /has no --help-me/],
    ["room set 50001", /Nothing to change/],
    ["category set 30001", /Nothing to change/],
  ];
  await using home = await Home.make();
  for (const [line, why] of wrong) {
    const words = line.split(" ").filter((word) => word !== "");
    const ran = words.length === 0 ? await retropal([]) : await home.run(words);
    equal(ran.code, 2, line);
    equal(ran.out, "");
    match(ran.err, why);
    equal(ran.err.split("\n").length, 1);
  }
});

Deno.test("main() prints failures as JSON too", async () => {
  await using home = await Home.make();
  await home.makeDatabase();
  const missing = await home.run("user show Nobody --json");
  equal(missing.code, 3);
  equal((missing.json() as { code: number }).code, 3);
  match(missing.err, /There is no user "Nobody"/);
  const usage = await home.run("user add --json");
  equal((usage.json() as { code: number }).code, 2);
});

Deno.test("main() accepts --data before the command, and RETROPAL_DATA", async () => {
  await using home = await Home.make();
  await home.makeDatabase();
  const before = await retropal([
    "--data",
    home.data,
    "--json",
    "user",
    "list",
  ]);
  deepEqual([before.code, before.json()], [0, []]);
  const env = { RETROPAL_DATA: home.data };
  equal((await retropal(["user", "list"], { env })).code, 0);
});

Deno.test("main() asks for a password twice at a terminal", async () => {
  await using home = await Home.make();
  const added = await home.run("user add Ann", {
    answers: ["secret11", "secret12", "secret11", "secret11"],
  });
  equal(added.code, 0);
  match(added.err, /Passwords do not match/);
  await home.run("room add Oak --owner Ann");
  const asked = await home.run("user remove Ann", { answers: ["?", "keep"] });
  equal(asked.code, 0, asked.err);
  match(asked.err, /What should happen to the permanent rooms .*\? \(keep or/);
  match(asked.err, /Please answer keep or remove/);
  // The user already exists, so no question is asked.
  await home.run("user add Bob --password-stdin", { stdin: "secret11" });
  const plain = await home.run("user remove Bob", { answers: [] });
  deepEqual([plain.code, plain.err], [0, ""]);
});

Deno.test("main() needs a server where one is needed", async () => {
  await using home = await Home.make();
  for (
    const line of [
      "status",
      "broadcast hello",
      "user kick Ann",
      "log tail",
      "stop",
      "sessions",
      "config reload",
      "doctor --wait",
    ]
  ) {
    const ran = await home.run(line);
    equal(ran.code, 4, line);
    match(ran.err, /No server is running on this data folder/);
  }
});

Deno.test("main() waits for another command and gives up with a sentence", async () => {
  await using home = await Home.make();
  await home.makeDatabase();
  const lock = new FolderLock(home.data, "user import");
  const waiting = home.run("user list");
  lock[Symbol.dispose]();
  equal((await waiting).code, 0);
});

Deno.test("main() makes nothing in a folder that is only looked at", async () => {
  await using home = await Home.make();
  for (
    const line of [
      "user list",
      "user show Ann",
      "user set Ann --role admin",
      "user export -",
      "room list",
      "category list",
      "ban list",
      "invite list",
      "audit",
      "backup",
      "doctor",
      "config show",
      "config check",
      "client reg --host 192.0.2.1",
      "status",
    ]
  ) {
    const ran = await home.run(line);
    if (!/^(doctor|config|client)/.test(line)) {
      equal(ran.code, line === "status" ? 4 : 3, line);
      match(ran.err, /\/retropal-cli-\w+\/data/, line);
      equal(ran.out, "", line);
    }
    equal([...Deno.readDirSync(home.path)].length, 0, line);
  }
});

Deno.test("main() prints nothing that a terminal acts on", async () => {
  await using home = await Home.make();
  await home.run("room add Oak --json");
  const evil = "x\u001b[2J\u009b1m\nforged line\u202e";
  await home.run(["user", "ban", "Nobody", "--reason", evil]);
  await home.run(["ban", "add", "192.0.2.1", "--reason", evil]);
  for (const words of [["audit"], ["ban", "list"], ["audit", "--json"]]) {
    const { out } = await home.run(words);
    match(out, /forged line/);
    doesNotMatch(out, /(?!\n)[\p{Cc}\u202e]|^forged/mu);
  }
  const { err } = await home.run(["user", "show", evil]);
  doesNotMatch(err, /[\p{Cc}\u202e]/u);
});

Deno.test("main() names every setting that is wrong", async () => {
  await using home = await Home.make();
  await Deno.mkdir(home.data);
  await Deno.writeTextFile(
    `${home.data}/retropal.toml`,
    "[limits]\npackets_per_secnd = 1\n[web]\nport = 'x'\n",
  );
  const ran = await home.run("user list");
  equal(ran.code, 1);
  match(ran.err, /Did you mean limits\.packets_per_second\?/);
  match(ran.err, /web\.port is "x"/);
});

Deno.test("main() says what to do about a damaged database", async () => {
  await using home = await Home.make();
  await Deno.mkdir(home.data);
  await Deno.writeTextFile(
    `${home.data}/retropal.db`,
    "no database".repeat(999),
  );
  const ran = await home.run("user list");
  equal(ran.code, 1);
  match(ran.err, /restore/);
});

Deno.test("user import reads a file or standard input, user export writes one", async () => {
  await using home = await Home.make();
  const csv = "nickname,password\nAnn,secret11\n";
  const path = `${home.path}/friends.csv`;
  await Deno.writeTextFile(path, csv);
  equal((await home.run(`user import ${path}`)).code, 0);
  const again = await home.run("user import -", { stdin: csv });
  equal(again.code, 1);
  match(again.out, /line 2 \(Ann\): The nickname "Ann" is taken/);
  const copy = `${home.path}/copy.csv`;
  equal((await home.run(`user export ${copy}`)).code, 0);
  equal(((await Deno.stat(copy)).mode ?? 0) & 0o777, 0o600);
  match(await Deno.readTextFile(copy), /^nickname,email,role,.*\nAnn,,user,/);
  const twice = await home.run(`user export ${copy}`);
  deepEqual([twice.code, twice.err], [
    1,
    `${copy} already exists: choose a new file name.`,
  ]);
  match((await home.run("user export -")).out, /^nickname,/);
  const missing = await home.run(`user import ${home.path}/none.csv`);
  equal(missing.code, 3);
  match(missing.err, /none\.csv does not exist\./);
});

Deno.test("main() refuses a data folder without a name", async () => {
  for (const words of [["--data", ""], ["--data="]]) {
    const ran = await retropal(["user", "list", ...words]);
    deepEqual([ran.code, ran.err], [2, "--data needs the name of a folder."]);
  }
});

Deno.test("main() knows --version and -V", async () => {
  for (const word of ["version", "--version", "-V"]) {
    const ran = await retropal([word]);
    equal(ran.code, 0);
    match(ran.out, /^retropal \d+\.\d+\.\d+ /);
  }
});

Deno.test("main() lists every account without --limit", async () => {
  await using home = await Home.make();
  const rows = Array.from({ length: 1001 }, (_, i) => `user${i},secret11`);
  const csv = ["nickname,password", ...rows].join("\n");
  equal((await home.run("user import -", { stdin: csv })).code, 0);
  const all = (await home.run("user list --json")).json() as unknown[];
  equal(all.length, 1001);
  const few = await home.run("user list --json --limit 3 --offset 1000");
  equal((few.json() as unknown[]).length, 1);
});

Deno.test("main() does nothing that needs a yes without one", async () => {
  await using home = await Home.make();
  const bans = async () => (await home.run("ban list --json")).json();
  const line = "ban add 10.0.0.0/8";
  const refused = await home.run(line);
  deepEqual([refused.code, refused.out], [1, ""]);
  match(refused.err, /private network/);
  match(refused.err, /Nothing was changed: add --yes to continue\.$/);
  equal((await home.run(line, { answers: ["no"] })).code, 1);
  equal((await home.run(line, { answers: [] })).code, 130);
  deepEqual(await bans(), []);
  equal((await home.run(line, { answers: ["yes"] })).code, 0);
  equal((await home.run(`${line} --yes`)).code, 0);
  equal((await bans() as unknown[]).length, 1);
});

Deno.test("main() names commands as they work here, for the same folder", async () => {
  await using home = await Home.make();
  await home.makeDatabase();
  const quoted = async (line: string) => {
    const { out, err } = await home.run(line);
    return [...`${out}${err}`.matchAll(/`([^`]+)`/g)].map(([, one]) => one!);
  };
  for (
    const line of [
      "user show Nobody",
      "ban remove 203.0.113.9",
      "broadcast hello",
      "status",
      "room set 50001",
    ]
  ) {
    const commands = await quoted(line);
    ok(commands.length > 0, line);
    for (const command of commands) {
      ok(!command.startsWith("retropal "), command);
      match(command, / run -A /);
      if (!command.endsWith("--help")) match(command, / --data \S+$/);
    }
  }
});

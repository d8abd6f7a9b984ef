import { deepEqual, equal, match, ok } from "node:assert/strict";
import { runChatLine } from "./chat.ts";
import { Bench } from "../../tests/support/commands/host.ts";

async function says(bench: Bench, nickname: string, line: string) {
  const context = bench.host.context(bench.actor(nickname));
  return (await runChatLine(line, context)).lines;
}

Deno.test("runChatLine() answers users with what they may", async () => {
  await using bench = await Bench.open();
  bench.person("Ulf");
  bench.start().online.add(1);
  deepEqual(await says(bench, "Ulf", "/users"), ["1 user online."]);
  deepEqual(await says(bench, "Ulf", " /UPTIME "), ["Up for 1h 1m."]);
  const help = (await says(bench, "Ulf", "/help")).join("\n");
  match(help, /^\/help \[command\] - this list$/m);
  ok(!help.includes("/kick"));
  match((await says(bench, "Ulf", "/kick Ann"))[0] ?? "", /Only a moderator/);
  match((await says(bench, "Ulf", "/user"))[0] ?? "", /Did you mean \/users\?/);
  match((await says(bench, "Ulf", "hello"))[0] ?? "", /\/help lists them/);
});

Deno.test("runChatLine() shows staff the seed's forms", async () => {
  await using bench = await Bench.open();
  bench.person("Sue", "superadmin");
  bench.start();
  const help = (await says(bench, "Sue", "/help")).join("\n");
  for (
    const form of [
      "/users",
      "/rooms",
      "/kick <user> [reason]",
      "/ban <user> <duration> [reason]",
      "/broadcast <message>",
      "/unban <target>",
      "/whois <user>",
      "/close <room> [reason]",
    ]
  ) ok(help.split("\n").some((line) => line.startsWith(`${form} - `)), form);
});

Deno.test("runChatLine() names no commands of a shell", async () => {
  await using bench = await Bench.open();
  bench.person("Mo", "moderator");
  bench.start();
  deepEqual(await says(bench, "Mo", "/kick Nobody"), [
    'There is no user "Nobody".',
  ]);
});

Deno.test("runChatLine() passes reasons on word by word", async () => {
  await using bench = await Bench.open();
  const uid = bench.person("John Doe");
  bench.person("Mo", "moderator");
  bench.start().online.add(uid);
  const kicked = await says(bench, "Mo", '/kick "john doe" too  loud, really');
  deepEqual(kicked, ["John Doe is disconnected."]);
  deepEqual(bench.told, [`kick ${uid} too  loud, really`]);
  const [entry] = bench.store.audit.list();
  deepEqual([entry?.actor, entry?.action, entry?.address], [
    "Mo",
    "user kick",
    "192.0.2.1",
  ]);
});

Deno.test("runChatLine() finds a nickname of several words without quotes", async () => {
  await using bench = await Bench.open();
  const joe = bench.person("Big Joe");
  const short = bench.person("Big Joe Jr");
  bench.person("Mo", "moderator");
  const { online } = bench.start();
  for (const uid of [joe, short]) online.add(uid);
  await says(bench, "Mo", "/kick big joe is  too loud");
  await says(bench, "Mo", "/kick Big Joe Jr");
  deepEqual(bench.told, [
    `kick ${joe} is  too loud`,
    `kick ${short} You were disconnected by the staff.`,
  ]);
  await says(bench, "Mo", "/ban Big Joe 7d be kind");
  const ban = bench.store.bans.find("account", String(joe), bench.now);
  equal(ban?.reason, "be kind");
  // A user whose nickname is the first word alone takes precedence.
  bench.person("Big");
  match((await says(bench, "Mo", "/kick Big Joe"))[0] ?? "", /Big is not on/);
});

Deno.test("runChatLine() bans with a time, or for ever without", async () => {
  await using bench = await Bench.open();
  const uid = bench.person("Troll");
  bench.person("Mo", "moderator");
  bench.start();
  const ban = () => bench.store.bans.find("account", String(uid), bench.now);
  await says(bench, "Mo", "/ban Troll 7d be kind");
  equal(ban()?.until, bench.now + 7 * 86_400_000);
  equal(ban()?.reason, "be kind");
  await says(bench, "Mo", "/ban Troll never again");
  equal(ban()?.until, null);
  equal(ban()?.reason, "never again");
  await says(bench, "Mo", "/unban Troll");
  equal(ban(), undefined);
});

Deno.test("runChatLine() says how a command is written", async () => {
  await using bench = await Bench.open();
  bench.person("Sue", "superadmin");
  bench.start();
  deepEqual(await says(bench, "Sue", "/kick"), [
    "Usage: /kick <user> [reason]",
  ]);
  deepEqual(await says(bench, "Sue", "/users now"), ["Usage: /users"]);
  deepEqual(await says(bench, "Sue", "/broadcast"), [
    "Usage: /broadcast <message>",
  ]);
});

Deno.test("runChatLine() knows the old commands /alert and /kickall", async () => {
  await using bench = await Bench.open();
  const ann = bench.person("Ann");
  const mo = bench.person("Mo", "moderator");
  const sue = bench.person("Sue", "superadmin");
  const { online } = bench.start();
  for (const uid of [ann, mo, sue]) online.add(uid);
  match((await says(bench, "Mo", "/alert hi"))[0] ?? "", /Only an admin/);
  match((await says(bench, "Mo", "/kickall"))[0] ?? "", /Only a superadmin/);
  await says(bench, "Sue", "/alert back at nine");
  deepEqual(await says(bench, "Sue", "/kickall we  move"), [
    "2 users disconnected.",
  ]);
  deepEqual(bench.told.toSorted(), [
    "broadcast back at nine",
    `kick ${ann} we  move`,
    `kick ${mo} we  move`,
  ]);
});

Deno.test("runChatLine() asks for a yes, which counts once and for a minute", async () => {
  await using bench = await Bench.open();
  const uid = bench.person("Mo", "moderator");
  bench.person("Ma", "moderator");
  bench.start().online.add(uid);
  const ask = async () => {
    deepEqual(await says(bench, "Mo", "/kick Mo"), [
      "This ends your own session.",
      "Nothing has been changed yet. Write yes to continue.",
    ]);
  };
  const isNothing = async (nickname: string) =>
    match((await says(bench, nickname, "yes"))[0]!, /\/help lists them/);
  await isNothing("Mo");
  await ask();
  await isNothing("Ma");
  await says(bench, "Mo", "/users");
  await isNothing("Mo");
  await ask();
  bench.now += 60_001;
  await isNothing("Mo");
  await ask();
  deepEqual(bench.told, []);
  deepEqual(await says(bench, "Mo", "Yes"), ["Mo is disconnected."]);
  await isNothing("Mo");
});

Deno.test("runChatLine() does not tell users that somebody who blocks them is online", async () => {
  await using bench = await Bench.open();
  const ann = bench.person("Ann");
  const bob = bench.person("Bob");
  bench.person("Mo", "moderator");
  bench.start().online.add(ann).add(bob);
  bench.store.relations.addBlock(ann, bob, 0);
  match((await says(bench, "Bob", "/who"))[0]!, /\(1\): Bob$/);
  match((await says(bench, "Ann", "/who"))[0]!, /\(2\): Ann, Bob$/);
  match((await says(bench, "Mo", "/who"))[0]!, /\(2\): Ann, Bob$/);
});

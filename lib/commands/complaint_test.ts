import { deepEqual, equal, match } from "node:assert/strict";
import { CODE } from "./command.ts";
import { runChatLine } from "./chat.ts";
import { Bench } from "../../tests/support/commands/host.ts";

async function party() {
  const bench = (await Bench.open()).start();
  bench.person("Ann");
  bench.person("Troll");
  bench.person("Guard", "moderator");
  bench.person("Warden", "moderator");
  bench.person("Boss", "superadmin");
  for (const { uid } of bench.store.accounts.list()) bench.online.add(uid);
  return bench;
}
const say = (bench: Bench, nickname: string, line: string) =>
  runChatLine(line, bench.host.context(bench.actor(nickname)));

Deno.test("a member reports somebody in chat; staff are told, not the rest", async () => {
  await using bench = await party();
  const answer = await say(bench, "Ann", "/report Troll shouts at me");
  equal(answer.code, CODE.done);
  match(answer.lines[0]!, /^Complaint 1 is with the staff/);
  const text = "Complaint #1 Ann about Troll: shouts at me";
  const staff = ["Guard", "Warden", "Boss"]
    .map((name) => `message ${bench.actor(name).uid} ${text}`);
  deepEqual([...bench.told].sort(), staff.sort());
  const list = await say(bench, "Guard", "/complaints");
  match(list.lines[1]!, /^1 +open .* Ann +Troll +- +- +shouts at me$/);
  equal((await say(bench, "Ann", "/complaints")).code, CODE.refused);
  await bench.run("complaint take", { id: "1" }, {
    actor: bench.actor("Guard"),
  });
  const second = await say(bench, "Warden", "/take 1");
  match(second.lines[0]!, /Guard is already dealing with it/);
  match((await say(bench, "Warden", "yes")).lines[0]!, /is yours/);
  await say(bench, "Warden", "/done 1 said sorry");
  const [one] = bench.store.complaints.list();
  deepEqual(
    [one?.state, one?.note, one?.handledBy],
    ["closed", "said sorry", "Warden"],
  );
  deepEqual((await bench.run("complaint list")).json, []);
  const shown = await bench.run("complaint show", { id: "#1" });
  match(shown.lines.join("\n"), /note:\nsaid sorry/);
});

Deno.test("complaints about staff are read by those above only", async () => {
  await using bench = await party();
  await say(bench, "Ann", "/report Guard is unkind");
  deepEqual(bench.told, [
    `message ${bench.actor("Boss").uid} ` +
    "Complaint #1 Ann about Guard: is unkind",
  ]);
  for (const name of ["Guard", "Warden"]) {
    const actor = bench.actor(name);
    for (const verb of ["show", "take", "close"]) {
      const { code } = await bench.run(`complaint ${verb}`, { id: "1" }, {
        actor,
      });
      equal(code, CODE.notFound, `${name} ${verb}`);
    }
    deepEqual((await bench.run("complaint list", {}, { actor })).json, []);
  }
  for (const actor of [bench.actor("Boss"), undefined]) {
    const { code } = await bench.run(
      "complaint show",
      { id: "1" },
      actor && { actor },
    );
    equal(code, CODE.done);
  }
});

Deno.test("a reporter has so many complaints a day", async () => {
  await using bench = await party();
  for (let i = 0; i < 20; i++) {
    equal((await say(bench, "Ann", `/report Troll ${i}`)).code, CODE.done);
  }
  const over = await say(bench, "Ann", "/report Troll again");
  match(over.lines[0]!, /as many complaints as one day allows/);
  equal((await say(bench, "Troll", "/report Ann no")).code, CODE.done);
  bench.now += 86_400_001;
  equal((await say(bench, "Ann", "/report Troll again")).code, CODE.done);
  equal((await bench.run("complaint close", { id: "x" })).code, CODE.refused);
  equal((await bench.run("complaint close", { id: "99" })).code, CODE.notFound);
});

Deno.test("user warn tells now or at the next sign-on, and never upward", async () => {
  await using bench = await party();
  const guard = { actor: bench.actor("Guard") };
  const troll = bench.actor("Troll").uid!;
  const warn = { nick: "Troll", text: "Please stop." };
  match((await bench.run("user warn", warn, guard)).lines[0]!, /was warned/);
  equal(bench.store.messages.count(troll), 0);
  bench.online.delete(troll);
  match((await bench.run("user warn", warn, guard)).lines[0]!, /is offline/);
  equal(bench.store.messages.count(troll), 1);
  const up = { nick: "Warden", text: "x" };
  equal((await bench.run("user warn", up, guard)).code, CODE.refused);
});

Deno.test("room bounce keeps the rank of the person who did it", async () => {
  await using bench = await party();
  const guard = { actor: bench.actor("Guard") };
  const troll = bench.actor("Troll").uid!;
  const room = { nick: "Troll", room: "50001" };
  match(
    (await bench.run("room bounce", room, guard)).lines[0]!,
    /Troll is bounced from /,
  );
  equal(bench.store.rooms.offices(50001).bounceRank.get(troll), 1);
  deepEqual(bench.told, [`bounce 50001 ${troll} 1`]);
  for (const nick of ["Guard", "Boss"]) {
    const { code } = await bench.run("room bounce", { ...room, nick }, guard);
    equal(code, CODE.refused, nick);
  }
});

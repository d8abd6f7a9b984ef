import { deepEqual, equal, match } from "node:assert/strict";
import { CODE } from "./command.ts";
import { Bench } from "../../tests/support/commands/host.ts";

async function party() {
  const bench = (await Bench.open()).start();
  bench.person("Troll");
  bench.person("Guard", "moderator");
  bench.person("Warden", "moderator");
  bench.person("Boss", "admin");
  return bench;
}

Deno.test("who may mute whom, and lift it", async () => {
  await using bench = await party();
  const run = async (by: string, verb: string, nick: string) =>
    (await bench.run(`user ${verb}`, { nick }, { actor: bench.actor(by) }))
      .code;
  equal(await run("Guard", "mute", "Troll"), CODE.done);
  equal(await run("Guard", "mute", "Warden"), CODE.refused);
  equal(await run("Guard", "mute", "Guard"), CODE.refused);
  equal(await run("Troll", "mute", "Guard"), CODE.refused);
  equal(await run("Warden", "unmute", "Troll"), CODE.done);
  equal(await run("Warden", "unmute", "Troll"), CODE.notFound);
  equal(await run("Boss", "mute", "Troll"), CODE.done);
  equal(await run("Guard", "unmute", "Troll"), CODE.refused);
  equal(await run("Guard", "mute", "Troll"), CODE.refused);
  equal(await run("Boss", "mute", "Guard"), CODE.done);
  const troll = bench.actor("Troll").uid;
  equal(bench.told.filter((one) => one === `muteChanged ${troll}`).length, 3);
});

Deno.test("a mute has an end, which user show and user history tell", async () => {
  await using bench = await party();
  const mute = { nick: "Troll", for: "1h", reason: "shouts" };
  const answer = await bench.run("user mute", mute, {
    actor: bench.actor("Guard"),
  });
  equal(answer.lines[0], "Troll is muted for 1h.");
  const shown = (await bench.run("user show", { nick: "Troll" })).lines;
  match(shown.join("\n"), /muted +until .*, by Guard: shouts/);
  const history = await bench.run("user history", { nick: "Troll" });
  match(history.lines.join("\n"), /user mute by Guard/);
  bench.now += 3_600_000;
  match(
    (await bench.run("user show", { nick: "Troll" })).lines.join("\n"),
    /muted +no/,
  );
});

Deno.test("notes are removed by their writer or an admin", async () => {
  await using bench = await party();
  const as = (name: string) => ({ actor: bench.actor(name) });
  for (const text of ["one", "two"]) {
    await bench.run("user note", { nick: "Troll", text }, as("Guard"));
  }
  const notes = () => bench.store.notes.list(bench.actor("Troll").uid!);
  deepEqual(notes().map(({ text }) => text), ["two", "one"]);
  const remove = async (id: string, name: string) =>
    (await bench.run("user unnote", { id }, as(name))).code;
  equal(await remove("1", "Warden"), CODE.refused);
  equal(await remove("1", "Guard"), CODE.done);
  equal(await remove("1", "Guard"), CODE.notFound);
  equal(await remove("2", "Boss"), CODE.done);
  deepEqual(notes(), []);
});

import { deepEqual, equal, match } from "node:assert/strict";
import { Bench } from "../../tests/support/commands/host.ts";

Deno.test("video stop needs somebody above, and says for how long", async () => {
  await using bench = await Bench.open();
  const uid = bench.person("Troll");
  bench.person("Mod", "moderator");
  bench.person("Boss", "admin");
  bench.start().online.add(uid);
  const stop = (input: Record<string, unknown>, actor?: string) =>
    bench.run("video stop", input, actor ? { actor: bench.actor(actor) } : {});

  const { code, lines } = await stop({ nick: "Troll" }, "Mod");
  equal(code, 0);
  match(lines.join(), /webcam of Troll is off.* cannot publish .* 1h/);
  deepEqual(bench.told, [`stopVideo ${uid} ${bench.now + 3_600_000}`]);

  equal((await stop({ nick: "Boss" }, "Mod")).code, 1);
  equal((await stop({ nick: "Nobody" })).code, 3);
  const forever = await stop({ nick: "Troll", for: "forever" });
  match(forever.lines.join(), /until the server stops/);
  equal(bench.told.at(-1), `stopVideo ${uid} Infinity`);

  const allowed = await bench.run("video allow", { nick: "Troll" });
  match(allowed.lines.join(), /Troll can publish video again/);
  bench.store.flush();
  deepEqual(
    bench.store.audit.list().map(({ action }) => action).filter((action) =>
      action.startsWith("video")
    ).toSorted(),
    ["video allow", "video stop", "video stop"],
  );
});

Deno.test("video commands need a running server", async () => {
  await using bench = await Bench.open();
  bench.person("Ann");
  equal((await bench.run("video list")).code, 4);
  equal((await bench.run("video stop", { nick: "Ann" })).code, 4);
});

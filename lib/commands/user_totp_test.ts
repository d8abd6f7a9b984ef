import { equal } from "node:assert/strict";
import { CODE } from "./command.ts";
import { Bench } from "../../tests/support/commands/host.ts";

Deno.test("user totp reset is for those above, never for oneself", async () => {
  await using bench = await Bench.open();
  const ann = bench.person("Ann", "admin");
  const boss = bench.person("Boss", "superadmin");
  for (const uid of [ann, boss]) {
    bench.store.twoStep.set({
      uid,
      secret: "A",
      since: 0,
      lastStep: 0,
      recovery: [],
    });
  }
  const reset = async (nick: string, by?: string) =>
    (await bench.run(
      "user totp reset",
      { nick },
      by === undefined ? {} : { actor: bench.actor(by) },
    )).code;
  equal(await reset("Boss", "Ann"), CODE.refused);
  equal(await reset("Boss", "Boss"), CODE.refused);
  equal(await reset("Ann", "Boss"), CODE.done);
  equal(await reset("Ann", "Boss"), CODE.notFound);
  equal(await reset("Boss"), CODE.done);
});

import { equal, match } from "node:assert/strict";
import { Bench } from "../../tests/support/commands/host.ts";

Deno.test("retention shows each kind with its setting and its oldest entry", async () => {
  await using bench = await Bench.open();
  const uid = bench.person("Ann");
  bench.store.pastSessions.add({
    uid,
    beganAt: bench.now - 1000,
    endedAt: bench.now,
    address: "192.0.2.1",
  });
  const { lines, json } = await bench.run("retention", {});
  const sessions = lines.find((line) => line.startsWith("Past sessions"));
  match(sessions ?? "", / 90 .*store\.session_days$/);
  match(lines.join("\n"), /Notes of the staff +until removed +none/);
  const rows = json as { setting: string; oldest: number | null }[];
  equal(
    rows.find(({ setting }) => setting === "store.session_days")?.oldest,
    bench.now,
  );
});

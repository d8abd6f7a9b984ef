import { deepEqual, equal } from "node:assert/strict";
import { Bench } from "../../tests/support/commands/host.ts";
import { roomInfo as room } from "../../tests/support/web/fake_live.ts";
import { runChatLine } from "./chat.ts";

Deno.test("staff and owners set the slow mode of rooms, also of temporary ones", async () => {
  await using bench = (await Bench.open()).start();
  const ann = bench.person("Ann");
  bench.person("Bob");
  bench.person("Guard", "moderator");
  bench.openRooms = [
    room({ gid: 9, name: "Quiz", permanent: false, owner: ann }),
  ];
  const slow = async (by: string, line: string) =>
    (await runChatLine(line, bench.host.context(bench.actor(by)))).lines;
  deepEqual(await slow("Bob", "/slow 10 Quiz"), [
    "Only staff and the owner of the room may do this.",
  ]);
  deepEqual(await slow("Ann", "/slow 10 Quiz"), [
    "Quiz is in slow mode: one line in 10 seconds.",
  ]);
  deepEqual(bench.told, ["setSlow 9 10"]);
  deepEqual(await slow("Guard", "/slow 0 Quiz"), [
    "Quiz is no longer in slow mode.",
  ]);
  await bench.run("room slow", { seconds: "5", room: "50001" });
  equal(bench.store.rooms.get(50001)?.slowSeconds, 5);
});

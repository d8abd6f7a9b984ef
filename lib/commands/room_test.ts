import { deepEqual, equal, match } from "node:assert/strict";
import type { StoredRoom } from "../domain/store.ts";
import type { RoomInfo } from "../ops/live.ts";
import { Bench } from "../../tests/support/commands/host.ts";

Deno.test("room add prints the number and puts the room on the list", async () => {
  await using bench = await Bench.open();
  const ann = bench.person("Ann");
  bench.start();
  const result = await bench.run("room add", {
    name: "The Royal Oak",
    category: "meet new friends",
    type: "text",
    rating: "A",
    owner: "Ann",
    adminCode: "4321",
    lockword: "tiger",
    newUsersMic: "no",
  });
  equal(result.code, 0, result.lines.join());
  const room = result.json as StoredRoom;
  deepEqual(result.lines, [String(room.gid)]);
  deepEqual(bench.told, [`roomChanged ${room.gid}`]);
  const stored = bench.store.rooms.get(room.gid);
  equal(stored?.category, 30006);
  equal(stored?.type, 0);
  equal(stored?.owner, ann);
  equal(stored?.newUsersMic, false);
});

Deno.test("room add refuses what the client could not bear", async () => {
  await using bench = await Bench.open();
  const refusals: [Record<string, unknown>, number, RegExp][] = [
    [{ name: "Help desk" }, 1, /room "Help desk" already/],
    [{ name: "a=b" }, 1, /stumbles over "="/],
    [{ name: "x".repeat(300) }, 1, /at most 255/],
    [{ name: "Oak", category: "99" }, 3, /no category "99"/],
    [{ name: "Oak", owner: "Nobody" }, 3, /no user "Nobody"/],
    [{ name: "Oak", adminCode: "12" }, 1, /four to nine digits/],
    [{ name: "Oak", banner: "x".repeat(1001) }, 1, /at most 1000/],
    [{ name: "Oak", type: "video" }, 2, /--type must be voice or text/],
  ];
  for (const [input, code, why] of refusals) {
    const result = await bench.run("room add", input);
    equal(result.code, code, why.source);
    match(result.lines[0] ?? "", why);
  }
});

Deno.test("room set changes, shows and notes the difference", async () => {
  await using bench = await Bench.open();
  bench.start();
  const result = await bench.run("room set", {
    room: "Help Desk",
    name: "Help",
    banner: "Ask!",
    owner: "",
  });
  equal(result.code, 0, result.lines.join());
  equal((await bench.run("room show", { room: "Help" })).code, 0);
  const [entry] = bench.store.audit.list();
  deepEqual(JSON.parse(entry?.after ?? ""), { name: "Help", banner: "Ask!" });
  match(
    (await bench.run("room set", { room: "Help" })).lines[0] ?? "",
    /Nothing to change/,
  );
});

/** A room opened by a user. */
const TEMPORARY: RoomInfo = {
  gid: 1001,
  name: "Temp",
  category: 30018,
  type: 3,
  rating: "G",
  permanent: false,
  locked: false,
  owner: null,
  members: [],
  talker: null,
};

Deno.test("room add, room set and category remove mind the users' rooms", async () => {
  await using bench = await Bench.open();
  bench.start();
  await bench.run("category add", { code: "30100", name: "Village" });
  bench.openRooms = [{ ...TEMPORARY, category: 30100 }];
  const taken = /room "tEMP" already, .*room close 1001/;
  const refusals: [string, Record<string, unknown>, RegExp][] = [
    ["room add", { name: "tEMP" }, taken],
    ["room set", { room: "50001", name: "tEMP" }, taken],
    ["category remove", { category: "Village" }, /rooms \(Temp\)/],
  ];
  for (const [line, input, why] of refusals) {
    const result = await bench.run(line, input);
    equal(result.code, 1, line);
    match(result.lines[0] ?? "", why);
  }
  bench.openRooms = [];
  for (const [line, input] of refusals.slice(1)) {
    equal((await bench.run(line, input)).code, 0, line);
  }
});

Deno.test("room remove takes it from the lists, room close only empties it", async () => {
  await using bench = await Bench.open();
  equal((await bench.run("room close", { room: "50001" })).code, 4);
  bench.start();
  bench.openRooms = [TEMPORARY];
  equal((await bench.run("room close", { room: "temp" })).code, 0);
  equal((await bench.run("room close", { room: "50001" })).code, 3);
  equal((await bench.run("room remove", { room: "50001" })).code, 0);
  equal((await bench.run("room show", { room: "50001" })).code, 3);
  for (const room of ["1001", "TEMP"]) {
    const shown = await bench.run("room show", { room });
    equal(shown.code, 0);
    match(shown.lines[0] ?? "", /1001 \(temporary\)/);
    equal((shown.json as { permanent: boolean }).permanent, false);
  }
  deepEqual(bench.told, [
    "closeRoom 1001 This room was closed.",
    "roomRemoved 50001 This room was removed.",
  ]);
  const list = (await bench.run("room list")).json as { gid: number }[];
  equal(list.some((one) => one.gid === 1001), true);
  equal(list.some((one) => one.gid === 50001), false);
});

Deno.test("category add, set and remove keep rooms whole", async () => {
  await using bench = await Bench.open();
  bench.start();
  const run = (line: string, input: Record<string, unknown>) =>
    bench.run(`category ${line}`, input);
  equal((await run("add", { code: "30100", name: "Village" })).code, 0);
  equal((await run("add", { code: "30100", name: "Town" })).code, 1);
  equal((await run("add", { code: "70000", name: "Town" })).code, 2);
  equal((await run("add", { code: "6", name: "Town" })).code, 1);
  equal((await run("add", { code: "7", name: "T=n" })).code, 1);
  equal(
    (await run("set", { category: "Village", name: "Our Village" })).code,
    0,
  );
  equal((await run("remove", { category: "our village" })).code, 0);
  const busy = await run("remove", { category: "30018" });
  equal(busy.code, 1);
  match(busy.lines[0] ?? "", /still has rooms \(The Evening Lounge\)/);
  equal((await run("remove", { category: "30100" })).code, 3);
  equal(bench.told.length, 3);
});

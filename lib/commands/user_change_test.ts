import { deepEqual, equal, match } from "node:assert/strict";
import { encodeText } from "../protocol/windows1252.ts";
import { SYSTEM_UID } from "../domain/store.ts";
import { Bench } from "../../tests/support/commands/host.ts";

Deno.test("user set changes what was given and tells the server", async () => {
  await using bench = await Bench.open();
  const uid = bench.person("Ann");
  bench.start();
  const result = await bench.run("user set", {
    nick: "Ann",
    role: "admin",
    color: "#ff8800",
    paid: "none",
    listed: "no",
  });
  equal(result.code, 0);
  const account = bench.store.accounts.get(uid);
  equal(account?.role, "admin");
  equal(account?.color, "255136000");
  equal(account?.paid, "");
  equal(account?.listed, false);
  deepEqual(bench.told, [`accountChanged ${uid}`]);
  const [entry] = bench.store.audit.list();
  deepEqual(JSON.parse(entry?.before ?? ""), {
    role: "user",
    listed: true,
    color: "000000000",
    paid: "6",
  });
});

Deno.test("user set lets nobody raise their own role or reach above", async () => {
  await using bench = await Bench.open();
  bench.person("Ada", "admin");
  bench.person("Sue", "superadmin");
  bench.person("Ulf");
  const actor = bench.actor("Ada");
  const attempts: [Record<string, string>, RegExp][] = [
    [{ nick: "Ada", role: "superadmin" }, /raise your own role/],
    [{ nick: "Sue", role: "user" }, /Sue is superadmin/],
    [{ nick: "Ulf", role: "admin" }, /Only somebody above admin/],
  ];
  for (const [input, why] of attempts) {
    const result = await bench.run("user set", input, { actor });
    equal(result.code, 1);
    match(result.lines[0] ?? "", why);
  }
  equal(
    (await bench.run("user set", { nick: "Ulf", role: "moderator" }, { actor }))
      .code,
    0,
  );
});

Deno.test("user rename keeps the uid and may change only the case", async () => {
  await using bench = await Bench.open();
  const uid = bench.person("Ann");
  bench.person("Bob");
  bench.start();
  equal((await bench.run("user rename", { nick: "Ann", name: "ANN" })).code, 0);
  equal((await bench.run("user rename", { nick: "ann", name: "Bob" })).code, 1);
  equal(bench.store.accounts.get(uid)?.nickname, "ANN");
  deepEqual(bench.told, [`accountChanged ${uid}`]);
});

Deno.test("user remove wants to know what becomes of rooms and messages", async () => {
  await using bench = await Bench.open();
  const ann = bench.person("Ann");
  const bob = bench.person("Bob");
  const room = bench.store.rooms.create({
    name: "Ann's",
    category: 30006,
    type: 3,
    owner: ann,
    createdAt: bench.now,
  });
  bench.store.messages.add({
    to: bob,
    from: ann,
    body: encodeText("hello"),
    at: bench.now,
  });
  bench.start();
  const remove = (input: Record<string, string>) =>
    bench.run("user remove", { nick: "Ann", ...input });
  match((await remove({})).lines[0] ?? "", /owns Ann's: add --rooms/);
  match(
    (await remove({ rooms: "keep" })).lines[0] ?? "",
    /1 of their messages/,
  );
  equal((await remove({ rooms: "keep", messages: "keep" })).code, 0);
  equal(bench.store.accounts.get(ann), undefined);
  equal(bench.store.rooms.get(room.gid)?.owner, null);
  const [message] = bench.store.messages.waiting(bob);
  equal(message?.from, SYSTEM_UID);
  equal(
    new TextDecoder().decode(message?.body),
    "Ann (account removed) wrote: hello",
  );
  deepEqual(bench.told, [
    `roomChanged ${room.gid}`,
    `accountRemoved ${ann} Your account was removed.`,
  ]);
});

Deno.test("user remove leaves the system user alone", async () => {
  await using bench = await Bench.open();
  const result = await bench.run("user remove", { nick: "Paltalk" });
  equal(result.code, 1);
  match(result.lines[0] ?? "", /is the server itself/);
});

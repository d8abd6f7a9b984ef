/** Commands on a running server, with real clients connected. */
import assert from "node:assert/strict";
import type { Frame } from "../../lib/protocol/frame.ts";
import { SERVER_TYPES as S } from "../../lib/protocol/packet_types.ts";
import { announcement, imIn } from "../../lib/protocol/packets/messages.ts";
import { buddyList } from "../../lib/protocol/packets/pals.ts";
import { decodeText } from "../../lib/protocol/windows1252.ts";
import { type PaltalkClient, SignOnRefused } from "../../lib/client/mod.ts";
import {
  FIRST_UID,
  RunningCli,
  spawnCli,
  TestServer,
} from "../support/server.ts";

const LOUNGE = 50001;
/** FEEDBACK with a text, which the client shows before it disconnects. */
const isFarewell = ({ type, payload }: Frame) =>
  type === S.FEEDBACK.type && payload.length > 4;

Deno.test("a ban ends the session of whoever is on line, and keeps him out", async () => {
  await using server = await TestServer.start({ users: ["Ann", "Troll"] });
  await using troll = await server.signOn("Troll");
  const banned = await server.cli([
    "ban",
    "add",
    "Troll",
    "--for",
    "7d",
    "--reason",
    "Be kind.",
  ]);
  assert.equal(banned.code, 0, banned.err);
  const farewell = await troll.next(isFarewell);
  assert.match(
    decodeText(farewell.payload),
    /You are banned until .* Be kind\./,
  );
  await troll.connection.closed;
  await assert.rejects(server.signOn("Troll"), SignOnRefused);
  assert.equal((await server.cli(["ban", "remove", "Troll"])).code, 0);
  await using back = await server.signOn("Troll");
  assert.ok(back.uid);
});

Deno.test("a ban of an address ends what comes from there", async () => {
  await using server = await TestServer.start({ users: ["Ann"] });
  await using ann = await server.signOn("Ann");
  const banned = await server.cli([
    "ban",
    "add",
    "127.0.0.0/8",
    "--yes",
    "--json",
  ]);
  assert.equal(JSON.parse(banned.out).disconnected, 1);
  await ann.connection.closed;
  await assert.rejects(server.signOn("Ann"));
  assert.equal((await server.cli(["ban", "remove", "127.0.0.0/8"])).code, 0);
  // Gateways learn of it within a second.
  const ends = performance.now() + 1000;
  const signOn = (): Promise<PaltalkClient> =>
    server.signOn("Ann").catch((error) => {
      if (performance.now() > ends) throw error;
      return signOn();
    });
  await using again = await signOn();
  assert.ok(again.uid);
});

Deno.test("kick, broadcast, status and sessions speak of who is really there", async () => {
  await using server = await TestServer.start({ users: ["Ann", "Bob"] });
  await using ann = await server.signOn("Ann");
  await using bob = await server.signOn("Bob");
  await ann.rooms.join(LOUNGE);
  const status = JSON.parse((await server.cli(["status", "--json"])).out);
  assert.equal(status.sessions, 2);
  const sessions = JSON.parse((await server.cli(["sessions", "--json"])).out);
  assert.deepEqual(
    sessions.map((one: { nickname: string }) => one.nickname).sort(),
    ["Ann", "Bob"],
  );
  const told = await server.cli(["broadcast", "Tea", "is", "ready"]);
  assert.match(told.out, /Shown to 2 users/);
  assert.equal((await bob.expect(announcement)).text, "Tea is ready");
  const kicked = await server.cli([
    "user",
    "kick",
    "Bob",
    "--reason",
    "Bye now.",
  ]);
  assert.equal(kicked.code, 0, kicked.err);
  const farewell = await bob.next(isFarewell);
  assert.match(decodeText(farewell.payload), /Bye now\./);
  assert.equal((await server.cli(["user", "kick", "Bob"])).code, 3);
});

Deno.test("a rename reaches pals, a removal ends the session", async () => {
  await using server = await TestServer.start({ users: ["Ann", "Bob"] });
  await using ann = await server.signOn("Ann");
  await using bob = await server.signOn("Bob");
  await ann.people.addPal(bob.uid);
  await ann.settle();
  const renamed = await server.cli(["user", "rename", "Bob", "Robert"]);
  assert.equal(renamed.code, 0, renamed.err);
  const list = await ann.expect(
    buddyList,
    (people) => people.some((one) => one.nickname === "Robert"),
  );
  assert.ok(list);
  assert.equal((await server.cli(["user", "remove", "Robert"])).code, 0);
  await bob.connection.closed;
});

Deno.test("rooms appear, change and go while people are in them", async () => {
  await using server = await TestServer.start({ users: ["Ann"] });
  await using ann = await server.signOn("Ann");
  const added = await server.cli([
    "room",
    "add",
    "The Royal Oak",
    "--category",
    "30006",
  ]);
  const gid = Number(added.out);
  const joined = await ann.rooms.join(gid);
  assert.equal(joined.name, "The Royal Oak");
  const shown = JSON.parse(
    (await server.cli(["room", "show", String(gid), "--json"])).out,
  );
  assert.deepEqual(
    shown.present.map((one: { nickname: string }) => one.nickname),
    ["Ann"],
  );
  const removed = await server.cli(["room", "remove", String(gid)]);
  assert.equal(removed.code, 0, removed.err);
  await ann.next(S.ROOM_CLOSED.type);
  await assert.rejects(ann.rooms.join(gid));
});

Deno.test("the system user runs commands of the same table, and they are audited", async () => {
  await using server = await TestServer.start({ users: ["Ann", "Bob"] });
  const raised = await server.cli([
    "user",
    "set",
    "Ann",
    "--role",
    "moderator",
  ]);
  assert.equal(raised.code, 0, raised.err);
  await using ann = await server.signOn("Ann");
  await using bob = await server.signOn("Bob");
  const answers = async (line: string) => {
    await ann.people.im(1000001, line);
    const answer = await ann.expect(imIn, ({ from }) => from === 1000001);
    return decodeText(answer.text);
  };
  assert.match(await answers("/users"), /2 users online/);
  assert.match(await answers("/broadcast hello"), /Only a admin|admin/);
  assert.match(await answers("/kick Bob go to bed"), /Bob is disconnected/);
  await bob.connection.closed;
  const audit = JSON.parse((await server.cli(["audit", "--json"])).out);
  const kick = audit.find((one: { action: string }) =>
    one.action === "user kick"
  );
  assert.equal(kick.actor, "Ann");
  assert.equal(kick.actorUid, FIRST_UID);
  assert.equal(kick.address, "127.0.0.1");
  assert.equal(kick.after, "go to bed");
});

Deno.test("log tail and capture show a session without its words", async () => {
  await using server = await TestServer.start({ users: ["Ann", "Bob"] });
  await using ann = await server.signOn("Ann");
  await using bob = await server.signOn("Bob");
  const data = ["--data", server.data];
  await using tail = new RunningCli(["log", "tail", "--user", "Ann", ...data]);
  await using record = new RunningCli(["capture", "--user", "Ann", ...data]);
  await record.out.match(/^# columns/m, 20_000);
  // The tail prints nothing until a packet arrives, so packets are sent until
  // it does.
  while (!tail.out.text.includes("IM_OUT")) {
    await ann.people.im(bob.uid, "a secret of mine");
    await ann.settle();
    await bob.settle();
  }
  assert.match(tail.out.text, /Ann 127\.0\.0\.1 C>S IM_OUT \d+ bytes/);
  await record.out.match(/C>S -20 71 000f4243(78)+\n/, 5000);
  record.kill("SIGINT");
  await record.code();
  const file = `${server.data}/ann.txt`;
  await Deno.writeTextFile(file, record.out.text);
  const inspected = await server.cli(["inspect", file]);
  assert.match(inspected.out, /C>S IM_OUT \(-20, version 71\)/);
  assert.doesNotMatch(record.out.text + tail.out.text, /secret/);
});

Deno.test("doctor --wait follows a real sign-on to its end", async () => {
  await using server = await TestServer.start({ users: ["Ann"] });
  const doctor = new RunningCli(["doctor", "--wait", "--data", server.data]);
  await doctor.err.match(/Waiting for a client/, 20_000);
  // It announces that it waits just before it does, so the first attempts may
  // be too early.
  for (let tries = 0; !/was refused/.test(doctor.out.text); tries++) {
    assert.ok(tries < 5, doctor.out.text + doctor.err.text);
    await assert.rejects(server.signOn("Ann", { password: "wrong-one" }));
    await doctor.out.match(/was refused/, 5000).catch(() => {});
  }
  await using ann = await server.signOn("Ann");
  assert.equal(await doctor.code(), 0);
  assert.match(doctor.out.text, /Ann is signed on/);
  assert.ok(ann.uid);
});

Deno.test("doctor looks at the running server itself", async () => {
  await using server = await TestServer.start({ users: ["Ann"] });
  const { out } = await server.cli(["doctor", "--json"]);
  const { findings } = JSON.parse(out);
  const bad = findings.filter((one: { level: string }) => one.level === "bad");
  assert.deepEqual(bad, []);
  assert.match(out, /Chat answers at/);
});

Deno.test("passwords, imports and roles take effect for the next sign-on", async () => {
  await using server = await TestServer.start({ users: ["Ann"] });
  const changed = await server.cli(
    ["user", "passwd", "Ann", "--password-stdin"],
    "another1\n",
  );
  assert.equal(changed.code, 0, changed.err);
  await assert.rejects(server.signOn("Ann"), SignOnRefused);
  await using ann = await server.signOn("Ann", { password: "another1" });
  assert.equal(ann.uid, FIRST_UID);
  const file = `${server.data}/more.csv`;
  await Deno.writeTextFile(file, "nickname,password\nZoe,secret11\n");
  assert.equal((await server.cli(["user", "import", file])).code, 0);
  await using zoe = await server.signOn("Zoe");
  assert.equal(zoe.nickname, "Zoe");
});

Deno.test("status --watch ends when nobody reads it any more", async () => {
  await using server = await TestServer.start({ users: [] });
  const watching = spawnCli(
    ["status", "--watch", "--every", "1", "--data", server.data],
  );
  await watching.stdin.close();
  const reader = watching.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const late = setTimeout(() => watching.kill("SIGKILL"), 15_000);
  const { code } = await watching.status;
  clearTimeout(late);
  await watching.stderr.cancel();
  assert.equal(code, 0);
});

Deno.test("client and doctor go by how the running server was started", async () => {
  await using plain = await TestServer.start();
  // Of this server itself, also where gateways stand in front of it.
  const { port } = plain.own;
  const { out } = await plain.cli(["client", "location"]);
  assert.equal(out, `LOCATION:127.0.0.1:${port}\n`);
  await using server = await TestServer.start({
    flags: ["--advertise", "192.168.1.20,203.0.113.5"],
  });
  const reg = await server.cli(["client", "reg"]);
  assert.match(reg.out, /"host"="203\.0\.113\.5"/);
  assert.ok(reg.out.includes(server.own.port.toString(16)));
  const status = await server.cli(["status"]);
  assert.match(
    status.out,
    /announced +203\.0\.113\.5, in private networks 192\.168\.1\.20/,
  );
  const doctor = await server.cli(["doctor"]);
  assert.match(doctor.out, /203\.0\.113\.5 is announced to people outside/);
});

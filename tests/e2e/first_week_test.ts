/**
 * A host's first week with the command line alone. Whatever is killed on the
 * way, the data stays intact.
 */
import assert from "node:assert/strict";
import { SERVER_TYPES as S } from "../../lib/protocol/packet_types.ts";
import {
  FIRST_UID,
  runCli,
  RunningCli,
  TestServer,
} from "../support/server.ts";
import { GATEWAYS } from "../support/cluster_servers.ts";

Deno.test("a host's first week", async () => {
  const home = await Deno.makeTempDir({ prefix: "retropal-week-" });
  const data = `${home}/data`;
  const cli = (args: string[], stdin = "") =>
    runCli([...args, "--data", data], stdin);
  try {
    // Monday: setup, and accounts for friends.
    const setup = await cli([
      "setup",
      "--name",
      "The Royal Oak",
      "--owner",
      "Ann",
      "--advertise",
      "127.0.0.1",
      "--registration",
      "invite",
      "--password-stdin",
    ], "secret11\n");
    assert.equal(setup.code, 0, setup.err);
    const friends = `${home}/friends.csv`;
    await Deno.writeTextFile(
      friends,
      "nickname,password,role\nBob,secret11,moderator\nTroll,secret11,\nBad,abc,\n",
    );
    const dry = await cli(["user", "import", friends, "--dry-run"]);
    assert.match(dry.out, /line 4 \(Bad\): The password is too short/);
    assert.equal((await cli(["user", "import", friends])).code, 1);
    for (const file of ["reg", "hosts", "location"]) {
      const made = await cli(["client", file, "--out", `${home}/client`]);
      assert.equal(made.code, 0, made.err);
    }
    assert.equal(
      await Deno.readTextFile(`${home}/client/location2.txt`),
      "LOCATION:127.0.0.1:5001\r\n",
    );

    // Tuesday: users sign on; one is banned.
    const server = await TestServer.start({ data });
    const bob = await server.signOn("Bob");
    const troll = await server.signOn("Troll");
    assert.equal((await cli(["ban", "add", "Troll", "--for", "7d"])).code, 0);
    await troll.connection.closed;

    // Wednesday: a backup while everybody is talking.
    const ann = await server.signOn("Ann", { uid: FIRST_UID });
    const gid = 50002;
    await ann.rooms.join(gid);
    await bob.rooms.join(gid);
    let talking = true;
    const chatter = (async () => {
      for (let i = 0; talking; i++) {
        await ann.rooms.say(gid, `line ${i}`);
        await ann.people.im(FIRST_UID + 2, `for later ${i}`);
        await bob.next(S.ROOM_MESSAGE_IN.type);
        await ann.settle();
      }
    })();
    const copy = `${home}/wednesday.db`;
    const backup = await cli(["backup", copy]);
    talking = false;
    await chatter;
    assert.equal(backup.code, 0, backup.err);
    assert.match((await cli(["backup", copy, "--check"])).out, /is intact: 3/);

    // Thursday: data loss, and a restore.
    await Promise.all([ann, bob, troll].map((one) => one.close()));
    assert.equal((await cli(["restore", copy])).code, 1);
    assert.equal(await server.stop(), 0);
    // In a cluster nothing is changed or restored beside a stopped core.
    if (GATEWAYS > 0) return;
    assert.equal((await cli(["user", "remove", "Bob"])).code, 0);
    const restored = await cli(["restore", copy]);
    assert.equal(restored.code, 0, restored.err);
    assert.equal((await cli(["user", "show", "Bob"])).code, 0);
    assert.match((await cli(["ban", "list"])).out, /Troll/);

    // Friday: a check of everything.
    const again = await TestServer.start({ data });
    await using _bob = await again.signOn("Bob");
    const doctor = JSON.parse((await again.cli(["doctor", "--json"])).out);
    const bad = doctor.findings.filter((one: { level: string }) =>
      one.level === "bad"
    );
    assert.deepEqual(bad, []);
    const audit = JSON.parse((await cli(["audit", "--json"])).out);
    const actions = new Set(audit.map((one: { action: string }) => one.action));
    for (const action of ["user add", "user import", "ban add", "restore"]) {
      assert.ok(actions.has(action), action);
    }
    assert.equal(await again.stop(), 0);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("killing a subcommand at any moment leaves the data whole", async () => {
  const home = await Deno.makeTempDir({ prefix: "retropal-kill-" });
  const data = `${home}/data`;
  try {
    const people = Array.from({ length: 300 }, (_, i) => ({
      nickname: `Person ${i}`,
      password: "secret11",
    }));
    const file = `${home}/people.json`;
    await Deno.writeTextFile(file, JSON.stringify(people));
    const made = await runCli(["room", "add", "First", "--data", data]);
    assert.equal(made.code, 0, made.err);
    const lines = [
      ["user", "import", file],
      ["backup", `${home}/copy.db`],
      ["config", "set", "server.name", "Oak"],
      ["room", "add", "Oak"],
    ];
    for (let i = 0; i < 12; i++) {
      const line = lines[i % lines.length]!;
      await using running = new RunningCli([...line, "--data", data]);
      // Kills the command at various times from before its start to after its
      // end.
      await Promise.race([running.code(), pause(40 * i)]);
      running.kill("SIGKILL");
    }
    const check = await runCli(["doctor", "--data", data, "--json"]);
    const { findings } = JSON.parse(check.out);
    assert.deepEqual(
      findings.filter((one: { level: string; check: string }) =>
        one.level === "bad" && ["database", "configuration"].includes(one.check)
      ),
      [],
    );
    const count = JSON.parse(
      (await runCli(["user", "list", "--json", "--data", data])).out,
    ).length;
    assert.ok(count === 0 || count === people.length, `${count} of 300`);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

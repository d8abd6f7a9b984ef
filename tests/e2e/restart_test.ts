import assert from "node:assert/strict";
import {
  type PaltalkClient,
  webSocketTransport,
} from "../../lib/client/mod.ts";
import {
  roomMessageIn,
  WELCOME_UID,
} from "../../lib/protocol/packets/messages.ts";
import { imIn, newStyleIm } from "../../lib/protocol/packets/messages.ts";
import { STATUS, statusChange } from "../../lib/protocol/packets/pals.ts";
import { serverError } from "../../lib/protocol/packets/system.ts";
import { decodeText } from "../../lib/protocol/windows1252.ts";
import { freePort } from "../support/web/free_port.ts";
import { testAlone } from "../support/cluster_servers.ts";
import { FIRST_UID, TestServer } from "../support/server.ts";

const LOUNGE = 50001;
const HELP = 50002;
const PEOPLE = Array.from({ length: 20 }, (_, i) => `User${i + 1}`);
const uidOf = (nickname: string) => FIRST_UID + PEOPLE.indexOf(nickname);

/** Returns all frames of one type so far, in order. */
function all<T>(
  client: PaltalkClient,
  packet: { type: number; parse(payload: Uint8Array): unknown },
): T[] {
  return client.received.filter((frame) => frame.type === packet.type)
    .map((frame) => packet.parse(frame.payload) as T);
}

/** Returns the lines of others in a room, as this client has received them. */
function heard(client: PaltalkClient, gid: number): string[] {
  return all<{ gid: number; uid: number; text: Uint8Array }>(
    client,
    roomMessageIn,
  ).filter((line) =>
    line.gid === gid && line.uid !== 0 && line.uid !== WELCOME_UID
  ).map(({ text }) => decodeText(text));
}

const start = () =>
  TestServer.start({
    users: PEOPLE,
    settings: { "limits.connections_per_address": "100" },
  });

/** Runs `retropal restart`, and starts the next server. */
async function restarted(server: TestServer): Promise<TestServer> {
  await server.run("restart", "--force");
  assert.equal(await server.exited(), 75);
  const before = Date.now();
  const next = await server.restart();
  assert.ok(Date.now() - before < 20_000);
  return next;
}

// With gateways no connection closes at a restart: see core_change_test.ts.
testAlone(
  "twenty people are back in their rooms after a planned restart, and nothing is lost or doubled",
  async () => {
    const first = await start();
    const old: PaltalkClient[] = [];
    for (const name of PEOPLE) old.push(await first.signOn(name));
    const [owner, guest] = [old[0]!, old[1]!];
    const den = await owner.rooms.create({
      name: "The Den",
      type: 0,
      category: 30018,
      rating: "G",
      lockword: "tiger",
    });
    await guest.rooms.join(den.gid, { lockword: "tiger" });
    for (const client of old) {
      await client.rooms.join(client === old[19] ? HELP : LOUNGE);
    }
    await old[19]!.rooms.join(LOUNGE);
    await old[19]!.people.addPal(uidOf("User18"));
    for (const client of old) await client.settle();
    for (const client of old) client.received.length = 0;

    await using second = await restarted(first);
    for (const client of old) {
      assert.deepEqual(all(client, serverError), [], "no program is closed");
      await client.close();
    }

    // The clients return one by one; each user has typed a line before rejoining.
    const back: PaltalkClient[] = [];
    for (const [i, name] of PEOPLE.entries()) {
      const client = await second.signOn(name, { uid: uidOf(name) });
      back.push(client);
      await client.rooms.say(LOUNGE, `typed ${i}`);
      await client.rooms.join(LOUNGE);
      await client.rooms.say(LOUNGE, `said ${i}`);
      if (i === 0) {
        const again = await client.rooms.join(den.gid, { lockword: "tiger" });
        assert.equal(again.admin, true, "the room and its owner survive");
        assert.equal(again.name, "The Den");
        await client.rooms.say(den.gid, "welcome back");
        // User20 has not returned yet, and counts as present.
        await client.people.im(uidOf("User20"), "a message in the gap");
      }
      if (i === 1) await client.rooms.join(den.gid, { lockword: "tiger" });
      await client.settle();
    }
    for (const client of back) await client.settle();

    for (const [i, client] of back.entries()) {
      const others = PEOPLE.keys().filter((j) => j !== i).toArray();
      const wanted = others.flatMap((j) => [`typed ${j}`, `said ${j}`]);
      assert.deepEqual(heard(client, LOUNGE), wanted, client.nickname);
      assert.equal(client.state.rooms.get(LOUNGE)!.members.size >= i + 1, true);
    }
    assert.deepEqual(heard(back[1]!, den.gid), ["welcome back"]);
    const texts = [
      ...all<{ text: Uint8Array }>(back[19]!, imIn),
      ...all<{ text: Uint8Array }>(back[19]!, newStyleIm),
    ].map(({ text }) => decodeText(text));
    assert.deepEqual(texts, ["a message in the gap"]);
    for (const client of back) await client.close();
  },
);

// With gateways no connection closes at a restart: see core_change_test.ts.
testAlone(
  "after a planned restart pals count as present until they return",
  async () => {
    const first = await start();
    const ann = await first.signOn("User1");
    const bob = await first.signOn("User2");
    await ann.people.addPal(bob.uid);
    await ann.settle();
    await using second = await restarted(first);
    for (const client of [ann, bob]) await client.close();
    await using back = await second.signOn("User1");
    await back.settle();
    const told = all<{ uid: number; status: number }>(back, statusChange)
      .filter(({ uid }) => uid === bob.uid);
    assert.deepEqual(told.map(({ status }) => status), [STATUS.online]);
  },
);

Deno.test("a restart is refused while location2.txt is not served, by command and signal", async () => {
  await using server = await start();
  const { code, out, err } = await server.cli(["restart"]);
  assert.equal(code, 1);
  assert.match(out + err, /location2\.txt.*--force/s);
  if (Deno.build.os !== "windows") {
    server.signal("SIGUSR2");
    await server.log.match(/not restarted/, 5000);
  }
  await using client = await server.signOn("User1");
  await client.settle();
});

// With gateways no connection closes at a restart: see core_change_test.ts.
testAlone(
  "a user in a browser gets what was said while they were cut off",
  async () => {
    const first = await TestServer.start({
      users: PEOPLE,
      web: true,
      settings: { "web.port": String(freePort()) },
    });
    const inBrowser = (server: TestServer) => {
      const pages = `http://${server.ready.web}`;
      return server.signOn("User1", {
        transport: webSocketTransport(pages.replace("http", "ws"), {
          connect: (url, protocols) =>
            new WebSocket(
              url,
              { protocols, headers: { origin: pages } } as never,
            ),
        }),
      });
    };
    const ann = await inBrowser(first);
    const bob = await first.signOn("User2");
    for (const client of [ann, bob]) await client.rooms.join(HELP);
    await bob.settle();
    const asked = Date.now();
    await first.run("restart");
    await ann.connection.closed;
    assert.deepEqual(all(ann, serverError), []);
    assert.equal(await first.exited(), 75);
    assert.ok(Date.now() - asked < 10_000, "no WebSocket holds the end up");
    await using second = await first.restart();
    await using late = await second.signOn("User2", { uid: bob.uid });
    await late.rooms.join(HELP);
    await late.rooms.say(HELP, "are you there?");
    await late.settle();
    await using back = await inBrowser(second);
    await back.rooms.join(HELP);
    await back.settle();
    assert.deepEqual(heard(back, HELP), ["are you there?"]);
    for (const client of [ann, bob]) await client.close();
  },
);

import assert from "node:assert/strict";
import { hex, unhex } from "../protocol/bytes.ts";
import { encodeHello } from "../protocol/rtp.ts";
import {
  ANN,
  BOB,
  CAT,
  DAN,
  ELM,
  FakeRoster,
  OAK,
  TestVoice,
  UdpTalker,
  voice,
} from "../../tests/support/voice_server.ts";

const NOWHERE = { transport: "tcp", hostname: "127.0.0.1", port: 9 } as const;
const same = (got: Uint8Array | undefined, wanted: Uint8Array) =>
  assert.equal(got && hex(got), hex(wanted));
const bare = (frame: Uint8Array) => frame.subarray(4);

function company(...uids: number[]): FakeRoster {
  const roster = new FakeRoster();
  for (const uid of uids) roster.enter(OAK, uid);
  return roster;
}

/** A peer who has said hello, once the server knows it. */
async function greeted(
  test: TestVoice,
  gid: number,
  uid: number,
): Promise<UdpTalker> {
  const talker = test.datagrams();
  await talker.send(encodeHello(gid, uid));
  await test.until(() =>
    test.server.stats().rooms.some((room) =>
      room.listeners.some((one) => one.uid === uid)
    )
  );
  return talker;
}

/** A port of 127.0.0.1 on which nothing listens. */
function freePort(): number {
  const socket = Deno.listenDatagram({
    transport: "udp",
    hostname: "127.0.0.9",
    port: 0,
  });
  const { port } = socket.addr as Deno.NetAddr;
  socket.close();
  return port;
}

Deno.test("UdpEdge relays datagrams unchanged, each peer in its own form", async () => {
  await using test = await TestVoice.start(company(ANN, BOB, CAT, DAN));
  const ann = await greeted(test, OAK, ANN);
  const bob = await greeted(test, OAK, BOB);
  const cat = await greeted(test, OAK, CAT);
  const dan = await greeted(test, OAK, DAN);
  // Who has not spoken gets the speaker's form.
  await ann.send(voice(ANN, 1));
  for (const one of [bob, cat, dan]) same(await one.datagram(), voice(ANN, 1));
  test.skipped += 1000;
  await bob.send(bare(voice(BOB, 2, 346)));
  same(await ann.datagram(), voice(BOB, 2, 346));
  for (const one of [cat, dan]) {
    same(await one.datagram(), bare(voice(BOB, 2, 346)));
  }
  test.skipped += 1000;
  await cat.send(voice(CAT, 3));
  same(await ann.datagram(), voice(CAT, 3));
  same(await bob.datagram(), bare(voice(CAT, 3)));
  same(await dan.datagram(), voice(CAT, 3));
});

Deno.test("UdpEdge and TCP hear each other bit-exactly", async () => {
  await using test = await TestVoice.start(company(ANN, BOB, CAT));
  const ann = await test.linked(OAK, ANN);
  const bob = await greeted(test, OAK, BOB);
  const cat = await greeted(test, OAK, CAT);
  await ann.write(voice(ANN, 1));
  same(await bob.datagram(), bare(voice(ANN, 1)));
  same(await cat.datagram(), bare(voice(ANN, 1)));
  for (const [n, frame] of [voice(BOB, 2), voice(CAT, 3, 1000)].entries()) {
    test.skipped += 1000;
    await [bob, cat][n]!.send(n === 0 ? frame : bare(frame));
    same(await ann.frame(), frame);
  }
  await Promise.all([bob.datagram(), cat.datagram()]);
  test.skipped += 1000;
  await ann.write(voice(ANN, 4));
  same(await bob.datagram(), voice(ANN, 4));
  same(await cat.datagram(), bare(voice(ANN, 4)));
});

Deno.test("UdpEdge reaches a client in UDP mode at its fixed port", async () => {
  const clientUdpPort = freePort();
  const roster = company(ANN).enter(OAK, BOB, "127.0.0.9");
  await using test = await TestVoice.start(roster, { clientUdpPort });
  const ann = await test.linked(OAK, ANN);
  const ear = test.datagrams("127.0.0.9", clientUdpPort);
  const mouth = test.datagrams("127.0.0.9");
  await ann.write(voice(ANN, 1));
  same(await ear.datagram(), bare(voice(ANN, 1)));
  test.skipped += 1000;
  await mouth.send(bare(voice(BOB, 2)));
  same(await ann.frame(), voice(BOB, 2));
  // Its mouth is not its ear.
  test.skipped += 1000;
  await ann.write(voice(ANN, 3));
  same(await ear.datagram(), bare(voice(ANN, 3)));
});

Deno.test("UdpEdge sends once to an address, however many are behind it", async () => {
  const clientUdpPort = freePort();
  const roster = company(ANN)
    .enter(OAK, BOB, "127.0.0.9").enter(OAK, CAT, "127.0.0.9");
  await using test = await TestVoice.start(roster, { clientUdpPort });
  const ann = await test.linked(OAK, ANN);
  const ear = test.datagrams("127.0.0.9", clientUdpPort);
  await ann.write(voice(ANN, 1));
  await ann.write(voice(ANN, 2));
  same(await ear.datagram(), bare(voice(ANN, 1)));
  same(await ear.datagram(), bare(voice(ANN, 2)));
});

Deno.test("UdpEdge stops when a member opens a TCP link, and begins when he loses it", async () => {
  const clientUdpPort = freePort();
  const roster = company(ANN, BOB);
  await using test = await TestVoice.start(roster, { clientUdpPort });
  const ann = await test.linked(OAK, ANN);
  const ear = test.datagrams("127.0.0.1", clientUdpPort);
  await ann.write(voice(ANN, 1));
  same(await ear.datagram(), bare(voice(ANN, 1)));
  const bob = await test.linked(OAK, BOB);
  await ann.write(voice(ANN, 2));
  same(await bob.frame(), voice(ANN, 2));
  bob.close();
  await test.until(() => test.server.stats().links === 1);
  await ann.write(voice(ANN, 3));
  same(await ear.datagram(), bare(voice(ANN, 3)));
});

Deno.test("UdpEdge accepts the real client's datagrams", async () => {
  const file = new URL("../../tests/captures/c-voice-udp.txt", import.meta.url);
  const sent = (await Deno.readTextFile(file)).split("\n")
    .flatMap((line) => / C>S (80[0-9a-f]{290,})$/.exec(line)?.[1] ?? []);
  assert.equal(sent.length, 26);
  const uid = 1000002;
  await using test = await TestVoice.start(company(uid, BOB));
  const bob = await test.linked(OAK, BOB);
  const client = test.datagrams();
  for (const datagram of sent) {
    await client.send(unhex(datagram));
    assert.equal(hex(await bob.frame() ?? unhex("")), "00000094" + datagram);
  }
});

Deno.test("UdpEdge sends to a prefixed speaker's address", async () => {
  await using test = await TestVoice.start(company(ANN, BOB));
  const ann = await test.linked(OAK, ANN);
  const bob = test.datagrams();
  await bob.send(voice(BOB, 1));
  same(await ann.frame(), voice(BOB, 1));
  test.skipped += 1000;
  await ann.write(voice(ANN, 2));
  same(await bob.datagram(), voice(ANN, 2));
});

Deno.test("UdpEdge does not let a hello displace a peer that has been heard", async () => {
  await using test = await TestVoice.start(company(ANN, BOB));
  const ann = await test.linked(OAK, ANN);
  const before = await greeted(test, OAK, BOB);
  await before.send(voice(BOB, 1));
  same(await ann.frame(), voice(BOB, 1));
  const after = test.datagrams();
  await after.send(encodeHello(OAK, BOB));
  await test.until(() => test.server.stats().dropped.port === 1);
  test.skipped += 29_000;
  await after.send(encodeHello(OAK, BOB));
  await test.until(() => test.server.stats().dropped.port === 2);
  await ann.write(voice(ANN, 2));
  same(await before.datagram(), voice(ANN, 2));
  // A client that has moved to another port is found again after a while.
  test.skipped += 2000;
  await after.send(encodeHello(OAK, BOB));
  await after.send(voice(BOB, 3));
  same(await ann.frame(), voice(BOB, 3));
});

Deno.test("UdpEdge: a forged hello neither mutes nor deafens a client in UDP mode", async () => {
  const clientUdpPort = freePort();
  await using test = await TestVoice.start(company(ANN, BOB), {
    clientUdpPort,
  });
  const ann = await test.linked(OAK, ANN);
  const client = test.datagrams("127.0.0.1", clientUdpPort);
  // Bob listens at the fixed port and has said nothing so far.
  const forged = await greeted(test, OAK, BOB);
  await ann.write(voice(ANN, 1));
  same(await client.datagram(), bare(voice(ANN, 1)));
  test.skipped += 1000;
  // The real client speaks from a port of its own.
  const mouth = test.datagrams();
  await mouth.send(bare(voice(BOB, 2)));
  same(await ann.frame(), voice(BOB, 2));
  await forged.send(encodeHello(OAK, BOB));
  test.skipped += 1000;
  await ann.write(voice(ANN, 3));
  same(await client.datagram(), bare(voice(ANN, 3)));
});

Deno.test("UdpEdge keeps to the port of a client in UDP mode while it is heard", async () => {
  await using test = await TestVoice.start(company(ANN, BOB));
  const ann = await test.linked(OAK, ANN);
  const bob = test.datagrams();
  const neighbour = test.datagrams();
  await bob.send(bare(voice(BOB, 1)));
  same(await ann.frame(), voice(BOB, 1));
  await neighbour.send(bare(voice(BOB, 2)));
  await test.until(() => test.server.stats().dropped.port === 1);
  await bob.send(bare(voice(BOB, 3)));
  same(await ann.frame(), voice(BOB, 3));
  // A router may give Bob another port after a silence.
  test.skipped += 1000;
  await neighbour.send(bare(voice(BOB, 4)));
  same(await ann.frame(), voice(BOB, 4));
});

Deno.test("UdpEdge lets a peer move at most once a second", async () => {
  await using test = await TestVoice.start(company(ANN, BOB));
  const ports = [test.datagrams(), test.datagrams()];
  for (let n = 0; n < 10; n++) {
    await ports[n % 2]!.send(encodeHello(OAK, BOB));
  }
  await test.until(() => test.server.stats().dropped.rate === 5);
  test.skipped += 1000;
  await ports[1]!.send(encodeHello(OAK, BOB));
  await ports[1]!.send(voice(BOB, 1));
  await test.until(() => test.server.stats().in === 1);
});

Deno.test("UdpEdge sends to a prefixed speaker's latest address", async () => {
  await using test = await TestVoice.start(company(ANN, BOB));
  const ann = await test.linked(OAK, ANN);
  await test.datagrams().send(voice(BOB, 1));
  same(await ann.frame(), voice(BOB, 1));
  // Bob sent no hello: nothing ties Bob to a port but the voice from there.
  test.skipped += 1000;
  const after = test.datagrams();
  await after.send(voice(BOB, 2));
  same(await ann.frame(), voice(BOB, 2));
  test.skipped += 1000;
  await ann.write(voice(ANN, 3));
  same(await after.datagram(), voice(ANN, 3));
});

Deno.test("UdpEdge sends nothing to strangers and relays nothing from them", async () => {
  const roster = company(ANN, BOB).enter(ELM, CAT);
  await using test = await TestVoice.start(roster);
  const bob = await test.linked(OAK, BOB);
  const stranger = test.datagrams("127.0.0.9");
  await stranger.send(encodeHello(OAK, ANN));
  await stranger.send(voice(ANN, 1));
  await stranger.send(bare(voice(ANN, 2)));
  await stranger.send(bare(voice(DAN, 3)));
  await stranger.send(encodeHello(OAK, DAN));
  await stranger.send(encodeHello(OAK, CAT));
  await test.until(() => test.server.stats().dropped.stranger === 6);
  const ann = test.datagrams();
  await ann.send(voice(ANN, 4));
  same(await bob.frame(), voice(ANN, 4));
  assert.ok(test.log.reasons().includes("datagram (stranger)"));
});

Deno.test("UdpEdge drops datagrams for a member who is linked by TCP", async () => {
  await using test = await TestVoice.start(company(ANN, BOB));
  const ann = await test.linked(OAK, ANN);
  const bob = await test.linked(OAK, BOB);
  const forger = test.datagrams();
  await forger.send(encodeHello(OAK, ANN));
  await forger.send(bare(voice(ANN, 1)));
  await test.until(() => test.server.stats().dropped.transport === 2);
  await ann.write(voice(ANN, 2));
  same(await bob.frame(), voice(ANN, 2));
  test.skipped += 1000;
  await bob.write(voice(BOB, 3));
  same(await ann.frame(), voice(BOB, 3));
});

Deno.test("UdpEdge drops datagrams that are neither hello nor voice", async () => {
  await using test = await TestVoice.start(company(ANN, BOB));
  const bob = await test.linked(OAK, BOB);
  const ann = await greeted(test, OAK, ANN);
  const kind = bare(voice(ANN, 1)).slice();
  kind[1] = 31;
  for (
    const bytes of [
      new Uint8Array(0),
      Uint8Array.of(1),
      encodeHello(0, ANN),
      encodeHello(70000, ANN),
      bare(voice(ANN, 1, 49)),
      voice(ANN, 1, 1001),
      new Uint8Array(60),
      new Uint8Array(9000).fill(0x80),
      voice(ANN, 1).subarray(0, 100),
      kind,
      bare(voice(ANN, 1)).subarray(0, 20),
    ]
  ) await ann.send(bytes);
  await ann.send(voice(ANN, 2));
  same(await bob.frame(), voice(ANN, 2));
  const { dropped } = test.server.stats();
  assert.equal(dropped.form + dropped.version + dropped["payload-type"], 11);
});

Deno.test("UdpEdge never sends to its own socket nor listens to it", async () => {
  // Both in UDP mode at the server's own address and port.
  const roster = company(ANN, BOB, CAT);
  const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = probe.addr as Deno.NetAddr;
  probe.close();
  for (const bind of ["127.0.0.1", "0.0.0.0"]) {
    await using test = await TestVoice.start(roster, {
      bind,
      port,
      clientUdpPort: port,
    });
    const cat = await test.linked(OAK, CAT);
    const ann = test.datagrams();
    await ann.send(bare(voice(ANN, 1)));
    same(await cat.frame(), voice(ANN, 1));
    await ann.send(bare(voice(ANN, 2)));
    same(await cat.frame(), voice(ANN, 2));
    const stats = test.server.stats();
    assert.equal(stats.in, 2);
    assert.equal(stats.out, 2);
    assert.equal(stats.peers, 0);
  }
});

Deno.test("UdpEdge sends and receives at the announced address", async () => {
  const roster = company(ANN, BOB);
  roster.announced.set(BOB, "127.0.0.3");
  const probe = new UdpTalker("127.0.0.1", 0, NOWHERE);
  const clientUdpPort = probe.port;
  probe.close();
  await using test = await TestVoice.start(roster, {
    bind: "0.0.0.0",
    clientUdpPort,
  });
  const server = { ...NOWHERE, hostname: "127.0.0.3", port: test.server.port };
  const bob = new UdpTalker("127.0.0.1", clientUdpPort, server);
  const ann = await test.linked(OAK, ANN);
  await ann.write(voice(ANN, 1));
  const [bytes, from] = await bob.socket.receive();
  same(bytes, bare(voice(ANN, 1)));
  assert.equal((from as Deno.NetAddr).hostname, "127.0.0.3");
  // The floor is free again when the first has paused.
  await test.until(() => test.server.stats().rooms[0]?.speaking.length === 0);
  await bob.send(bare(voice(BOB, 2)));
  same(await ann.frame(), voice(BOB, 2));
  bob.close();
});

Deno.test("UdpEdge forgets a peer who left", async () => {
  const roster = company(ANN, BOB, CAT);
  await using test = await TestVoice.start(roster, { clientUdpPort: 9 });
  const ann = await test.linked(OAK, ANN);
  const bob = await greeted(test, OAK, BOB);
  const cat = await greeted(test, OAK, CAT);
  await ann.write(voice(ANN, 1));
  same(await bob.datagram(), bare(voice(ANN, 1)));
  roster.leave(OAK, BOB);
  test.server.left(OAK, BOB);
  await bob.send(bare(voice(BOB, 2)));
  await test.until(() => test.server.stats().dropped.stranger === 1);
  await ann.write(voice(ANN, 3));
  same(await cat.datagram(), bare(voice(ANN, 1)));
  same(await cat.datagram(), bare(voice(ANN, 3)));
  // After the return the chat session counts, not the earlier hello.
  roster.enter(OAK, BOB);
  test.server.joined(OAK, BOB);
  await bob.send(encodeHello(OAK, BOB));
  await test.until(() => test.server.stats().peers === 2);
  await ann.write(voice(ANN, 4));
  same(await bob.datagram(), bare(voice(ANN, 4)));
});

Deno.test("UdpEdge limits the rate of one speaker", async () => {
  await using test = await TestVoice.start(company(ANN, BOB), {
    clock: () => 0,
    limits: { bytesPerSecond: 500 },
  });
  await test.linked(OAK, BOB);
  const ann = await greeted(test, OAK, ANN);
  for (let i = 0; i < 10; i++) await ann.send(voice(ANN, i));
  await test.until(() => test.server.stats().dropped.rate === 4);
  assert.equal(test.server.stats().in, 6);
});

Deno.test("UdpEdge limits a member who never opened voice to ordinary speech", async () => {
  let now = 0;
  await using test = await TestVoice.start(
    company(ANN).enter(OAK, BOB, "127.0.0.2"),
    { clock: () => now },
  );
  const ann = await greeted(test, OAK, ANN);
  const to = () =>
    test.server.relay.stats().rooms[0]?.listeners.find(({ uid }) =>
      uid === BOB
    );
  for (let i = 0; i < 200; i++) await ann.send(voice(ANN, i));
  await test.until(() => (to()?.out ?? 0) + (to()?.dropped ?? 0) === 200);
  const burst = to()?.out ?? 0;
  assert.ok(burst <= 8000 / 144, `${burst} of 200 at once`);
  // Speech at its own pace arrives whole.
  for (let i = 0; i < 25; i++) {
    now += 160;
    await ann.send(voice(ANN, 200 + i));
    await test.until(() => test.server.stats().in === 201 + i);
  }
  assert.equal((to()?.out ?? 0) - burst, 25);
});

import assert from "node:assert/strict";
import { hex } from "../protocol/bytes.ts";
import { encodeHello } from "../protocol/rtp.ts";
import {
  ANN,
  BOB,
  CAT,
  FakeRoster,
  joined,
  OAK,
  TestVoice,
  voice,
} from "../../tests/support/voice_server.ts";

const same = (got: Uint8Array | undefined, wanted: Uint8Array) =>
  assert.equal(got && hex(got), hex(wanted));

function company(...uids: number[]): FakeRoster {
  const roster = new FakeRoster();
  for (const uid of uids) roster.enter(OAK, uid);
  return roster;
}

Deno.test("TcpEdge loads a room once, however many hellos arrive", async () => {
  let asked = 0;
  const roster = new (class extends FakeRoster {
    override hears(gid: number, listener: number, speaker: number) {
      asked++;
      return super.hears(gid, listener, speaker);
    }
  })();
  for (const uid of [ANN, BOB, CAT]) roster.enter(OAK, uid);
  await using test = await TestVoice.start(roster);
  const ann = await test.linked(OAK, ANN);
  const bob = await test.linked(OAK, BOB);
  await ann.write(joined(Array(1000).fill(encodeHello(OAK, ANN))));
  await ann.write(voice(ANN, 1));
  same(await bob.frame(), voice(ANN, 1));
  assert.ok(asked <= 4, `${asked} times`);
});

Deno.test("TcpEdge closes connections without a hello in time", async () => {
  await using test = await TestVoice.start(company(ANN, BOB));
  const ann = await test.linked(OAK, ANN);
  const silent = await test.connect();
  const slow = await test.connect();
  await slow.write(encodeHello(OAK, BOB).subarray(0, 7));
  await test.until(() => test.server.stats().halfOpen === 2);
  test.skipped += 10_000;
  await Promise.all([silent.ended(), slow.ended()]);
  await test.until(() => test.server.stats().connections === 1);
  assert.equal(test.server.stats().halfOpen, 0);
  assert.ok(test.log.reasons().includes("no hello in time"));
  // A listener may stay silent.
  const bob = await test.linked(OAK, BOB);
  await bob.write(voice(BOB, 1));
  same(await ann.frame(), voice(BOB, 1));
});

Deno.test("TcpEdge does not let silent connections keep others out", async () => {
  await using test = await TestVoice.start(company(ANN, BOB), {
    limits: { halfOpenPerAddress: 4 },
  });
  const silent = [];
  for (let i = 0; i < 8; i++) silent.push(await test.connect());
  const ann = await test.linked(OAK, ANN);
  const bob = await test.linked(OAK, BOB);
  await ann.write(voice(ANN, 1));
  same(await bob.frame(), voice(ANN, 1));
  await Promise.all(silent.slice(0, 4).map((one) => one.ended()));
  assert.ok(test.server.stats().halfOpen <= 4);
});

Deno.test("TcpEdge bounds the connections of one address", async () => {
  await using test = await TestVoice.start(company(ANN, BOB), {
    limits: { connectionsPerAddress: 2 },
  });
  const ann = await test.linked(OAK, ANN);
  await test.linked(OAK, BOB);
  const third = await test.connect();
  await third.ended();
  assert.ok(
    test.log.reasons().includes("too many connections from this address"),
  );
  ann.close();
  await test.until(() => test.server.stats().connections === 1);
  await test.linked(OAK, ANN);
});

Deno.test("TcpEdge closes a stream that makes no sense", async () => {
  const roster = company(ANN, BOB);
  await using test = await TestVoice.start(roster, { limits: { faults: 10 } });
  const http = await test.connect();
  await http.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
  await http.ended();
  const desynced = await test.linked(OAK, ANN);
  await desynced.write(voice(ANN, 1).subarray(4));
  await desynced.ended();
  const flood = await test.linked(OAK, ANN);
  await flood.write(joined(Array.from({ length: 20 }, () => voice(ANN, 1, 40))))
    .catch(() => {});
  await flood.ended();
  test.skipped += 1000;
  await roster.saw(`lost ${OAK} ${ANN}`);
});

Deno.test("TcpEdge sends a slow listener complete frames, and the others all frames", async () => {
  await using test = await TestVoice.start(company(ANN, BOB, CAT));
  const ann = await test.linked(OAK, ANN);
  const bob = await test.linked(OAK, BOB);
  const cat = await test.linked(OAK, CAT);
  // Bob reads nothing until the queue has overflowed; Cat reads all the time.
  let sent = 0;
  const lag = () => {
    const room = test.server.stats().rooms[0];
    return room?.listeners.find(({ uid }) => uid === BOB)?.dropped ?? 0;
  };
  while (lag() < 100) {
    test.skipped += 300;
    const frames = Array.from(
      { length: 200 },
      (_, i) => voice(ANN, (sent + i) & 0xffff, 1000),
    );
    await ann.write(joined(frames));
    same(joined(await cat.frames(200)), joined(frames));
    sent += 200;
  }
  const heard: Uint8Array[] = [];
  const dropped = lag();
  while (heard.length + dropped < sent) heard.push((await bob.frame())!);
  // The newest survived: Bob hears what is said now.
  same(heard.at(-1), voice(ANN, (sent - 1) & 0xffff, 1000));
  await ann.write(voice(ANN, 7));
  same(await bob.frame(), voice(ANN, 7));
  same(await cat.frame(), voice(ANN, 7));
});

Deno.test("TcpEdge closes a listener who has stopped reading", async () => {
  const roster = company(ANN, BOB, CAT);
  await using test = await TestVoice.start(roster, {
    limits: { stuckMs: 5000 },
  });
  const ann = await test.linked(OAK, ANN);
  await test.linked(OAK, BOB);
  const cat = await test.linked(OAK, CAT);
  const frames = joined(Array.from({ length: 50 }, () => voice(ANN, 1, 1000)));
  while (test.server.stats().links === 3) {
    test.skipped += 1000;
    await ann.write(frames);
    await cat.frames(50);
  }
  assert.ok(test.log.reasons().includes("listener stopped reading"));
  await ann.write(voice(ANN, 2));
  same(await cat.frame(), voice(ANN, 2));
});

Deno.test("TcpEdge delays a speaker who sends too much, and loses nothing", async () => {
  await using test = await TestVoice.start(company(ANN, BOB), {
    limits: { bytesPerSecond: 10_000 },
  });
  const ann = await test.linked(OAK, ANN);
  const bob = await test.linked(OAK, BOB);
  const frames = Array.from({ length: 300 }, (_, i) => voice(ANN, i));
  const before = performance.now();
  const written = ann.write(joined(frames));
  same(joined(await bob.frames(300)), joined(frames));
  await written;
  // 45,608 bytes at 20,000 per second, after a burst of as many and one chunk.
  assert.ok(performance.now() - before > 400);
});

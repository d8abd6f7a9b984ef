import assert from "node:assert/strict";
import { hex, unhex } from "../protocol/bytes.ts";
import {
  encodeHello,
  HELLO_BYTES,
  MAX_FRAME,
  putU32,
  u32,
} from "../protocol/rtp.ts";
import { EARLY_MS } from "./early_hellos.ts";
import { DEFAULT_FLOOR } from "../domain/floor.ts";
import { startVoice } from "./server.ts";
import {
  ANN,
  BOB,
  CAT,
  DAN,
  ELM,
  FakeLog,
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

Deno.test("startVoice() opens TCP and UDP on the same port", async () => {
  await using test = await TestVoice.start(company());
  assert.ok(test.server.port > 0);
  assert.throws(
    () =>
      Deno.listenDatagram({
        transport: "udp",
        hostname: "127.0.0.1",
        port: test.server.port,
      }),
    Deno.errors.AddrInUse,
  );
  await assert.rejects(
    startVoice({
      bind: "127.0.0.1",
      port: test.server.port,
      roster: company(),
      log: new FakeLog(),
    }),
    /Port \d+ \(server\.voice_port\) .*another program has it/,
  );
});

Deno.test("startVoice() relays TCP to TCP unchanged, to all others", async () => {
  await using test = await TestVoice.start(company(ANN, BOB, CAT));
  const ann = await test.linked(OAK, ANN);
  const bob = await test.linked(OAK, BOB);
  const cat = await test.linked(OAK, CAT);
  const sent = [148, 50, 346, 82, 1000].map((size, i) => voice(ANN, i, size));
  for (const frame of sent) await ann.write(frame);
  for (const listener of [bob, cat]) {
    same(joined(await listener.frames(5)), joined(sent));
  }
  // Never back to the speaker: the first frame there is from another member.
  test.skipped += 1000;
  await bob.write(voice(BOB, 9));
  same(await ann.frame(), voice(BOB, 9));
});

Deno.test("startVoice() accepts frames in single bytes from many clients in parallel", async () => {
  const talkers = Array.from({ length: 20 }, (_, i) => 1000010 + i);
  const roster = new FakeRoster();
  talkers.forEach((uid, i) => {
    roster.enter(50001 + i, uid).enter(50001 + i, uid + 1000);
  });
  await using test = await TestVoice.start(roster);
  await Promise.all(talkers.map(async (uid, i) => {
    const talker = await test.connect();
    const listener = await test.linked(50001 + i, uid + 1000);
    for (const byte of joined([encodeHello(50001 + i, uid), voice(uid, i)])) {
      await talker.write(Uint8Array.of(byte));
    }
    same(await listener.frame(), voice(uid, i));
  }));
});

Deno.test("startVoice() accepts fifty frames in one segment from many clients in parallel", async () => {
  const talkers = Array.from({ length: 20 }, (_, i) => 1000010 + i);
  const roster = new FakeRoster();
  talkers.forEach((uid, i) => {
    roster.enter(50001 + i, uid).enter(50001 + i, uid + 1000);
  });
  await using test = await TestVoice.start(roster);
  await Promise.all(talkers.map(async (uid, i) => {
    const listener = await test.linked(50001 + i, uid + 1000);
    const talker = await test.connect();
    const frames = Array.from({ length: 50 }, (_, n) => voice(uid, n));
    await talker.write(joined([encodeHello(50001 + i, uid), ...frames]));
    same(joined(await listener.frames(50)), joined(frames));
  }));
});

Deno.test("startVoice() keeps rooms apart", async () => {
  const roster = company(ANN, BOB).enter(ELM, CAT).enter(ELM, DAN);
  await using test = await TestVoice.start(roster);
  const ann = await test.linked(OAK, ANN);
  const bob = await test.linked(OAK, BOB);
  const cat = await test.linked(ELM, CAT);
  const dan = await test.linked(ELM, DAN);
  await ann.write(voice(ANN, 1));
  same(await bob.frame(), voice(ANN, 1));
  await cat.write(voice(CAT, 2));
  same(await dan.frame(), voice(CAT, 2));
});

Deno.test("startVoice() never interleaves two speakers", async () => {
  await using test = await TestVoice.start(company(ANN, BOB, CAT));
  const ann = await test.linked(OAK, ANN);
  const bob = await test.linked(OAK, BOB);
  const cat = await test.linked(OAK, CAT);
  const annFrames = Array.from({ length: 20 }, (_, i) => voice(ANN, i));
  await ann.write(annFrames[0]!);
  same(await cat.frame(), annFrames[0]!);
  for (const [i, frame] of annFrames.slice(1).entries()) {
    await bob.write(voice(BOB, 100 + i));
    await ann.write(frame);
  }
  same(joined(await cat.frames(19)), joined(annFrames.slice(1)));
  await test.until(() => test.server.stats().dropped.floor === 19);
  test.skipped += 1000;
  await bob.write(voice(BOB, 200));
  same(await cat.frame(), voice(BOB, 200));
  assert.deepEqual(test.roster.events.filter((e) => e.startsWith("talks")), [
    `talks ${OAK} ${ANN}`,
    `talks ${OAK} ${BOB}`,
  ]);
});

Deno.test("startVoice() refuses a stranger with another user's uid", async () => {
  // Ann's chat connection is elsewhere; Cat is in another room.
  const roster = company(BOB).enter(OAK, ANN, "127.0.0.9").enter(ELM, CAT);
  await using test = await TestVoice.start(roster);
  const bob = await test.linked(OAK, BOB);
  for (const [n, uid] of [ANN, CAT, DAN].entries()) {
    const stranger = await test.talker(OAK, uid);
    await stranger.write(voice(uid, 1));
    await test.until(() => test.server.stats().dropped.stranger > n);
    test.skipped += EARLY_MS;
    await stranger.ended();
  }
  assert.equal(test.server.stats().rooms[0]?.in, 0);
  assert.equal(test.log.reasons().includes("no such member"), true);
  roster.enter(OAK, CAT);
  const cat = await test.linked(OAK, CAT);
  await cat.write(voice(CAT, 7));
  same(await bob.frame(), voice(CAT, 7));
});

Deno.test("startVoice() accepts 127.0.0.1 for a user who is signed on from ::1", async () => {
  const roster = company(ANN, BOB).enter(OAK, CAT, "::1").enter(
    OAK,
    DAN,
    "::1",
  );
  await using test = await TestVoice.start(roster);
  const ann = await test.linked(OAK, ANN);
  const cat = await test.linked(OAK, CAT);
  const dan = test.datagrams();
  await dan.send(encodeHello(OAK, DAN));
  await dan.send(voice(DAN, 1));
  same(await ann.frame(), voice(DAN, 1));
  same(await cat.frame(), voice(DAN, 1));
  test.skipped += 1000;
  await ann.write(voice(ANN, 2));
  same(await dan.datagram(), voice(ANN, 2));
});

Deno.test("startVoice() drops frames that name another speaker", async () => {
  await using test = await TestVoice.start(company(ANN, BOB));
  const ann = await test.linked(OAK, ANN);
  const bob = await test.linked(OAK, BOB);
  const trailer = voice(ANN, 1);
  trailer.set(voice(BOB, 1).subarray(-4), trailer.length - 4);
  const ssrc = voice(ANN, 2);
  ssrc.set(voice(BOB, 1).subarray(12, 16), 12);
  await ann.write(joined([trailer, ssrc, voice(BOB, 3), voice(ANN, 4)]));
  same(await bob.frame(), voice(ANN, 4));
  assert.equal(test.server.stats().dropped.identity, 3);
});

Deno.test("startVoice() relays any SSRC that no other member uses", async () => {
  await using test = await TestVoice.start(company(ANN, BOB));
  const ann = await test.linked(OAK, ANN);
  const bob = await test.linked(OAK, BOB);
  for (const ssrc of [0, DAN, 0xdeadbeef]) {
    const frame = voice(ANN, 1);
    putU32(frame, 12, ssrc);
    await ann.write(frame);
    same(await bob.frame(), frame);
  }
});

Deno.test("startVoice() drops malformed frames and keeps the link", async () => {
  await using test = await TestVoice.start(company(ANN, BOB));
  const ann = await test.linked(OAK, ANN);
  const bob = await test.linked(OAK, BOB);
  const version = voice(ANN, 1);
  version[4] = 0x40;
  const kind = voice(ANN, 2);
  kind[5] = 13;
  const empty = new Uint8Array(4);
  await ann.write(joined([
    voice(ANN, 0, 49),
    version,
    empty,
    kind,
    voice(ANN, 3, 1001),
    voice(ANN, 4),
  ]));
  same(await bob.frame(), voice(ANN, 4));
  const { dropped } = test.server.stats();
  assert.deepEqual(
    [dropped.length, dropped.version, dropped["payload-type"]],
    [3, 1, 1],
  );
});

Deno.test("startVoice() applies mic, red dot, ignore and block immediately", async () => {
  const roster = company(ANN, BOB, CAT);
  await using test = await TestVoice.start(roster);
  const ann = await test.linked(OAK, ANN);
  const bob = await test.linked(OAK, BOB);
  const cat = await test.linked(OAK, CAT);
  await ann.write(voice(ANN, 1));
  await Promise.all([bob.frame(), cat.frame()]);

  roster.muted.add(ANN);
  test.server.policyChanged(OAK);
  assert.equal(roster.events.at(-1), `pauses ${OAK} ${ANN}`);
  await ann.write(voice(ANN, 2));
  await test.until(() => test.server.stats().dropped.mic === 1);
  // The floor is free at once.
  await bob.write(voice(BOB, 3));
  same(await cat.frame(), voice(BOB, 3));

  roster.muted.delete(ANN);
  roster.deaf.add(`${CAT} ${ANN}`);
  test.server.policyChanged(OAK);
  test.skipped += 1000;
  await ann.write(voice(ANN, 4));
  same(await bob.frame(), voice(ANN, 4));
  test.skipped += 1000;
  await bob.write(voice(BOB, 5));
  same(await cat.frame(), voice(BOB, 5));
});

Deno.test("startVoice() hears raised hands in their order, and everybody when free", async () => {
  const roster = company(ANN, BOB, CAT);
  roster.rule = { ...DEFAULT_FLOOR, mode: "queue" };
  roster.hands = [BOB];
  await using test = await TestVoice.start(roster);
  const ann = await test.linked(OAK, ANN);
  const bob = await test.linked(OAK, BOB);
  const cat = await test.linked(OAK, CAT);
  await ann.write(voice(ANN, 1));
  await test.until(() => test.server.stats().dropped.floor === 1);
  await bob.write(voice(BOB, 2));
  same(await cat.frame(), voice(BOB, 2));
  roster.rule = { ...DEFAULT_FLOOR, mode: "free" };
  test.server.policyChanged(OAK);
  await ann.write(voice(ANN, 3));
  same(await cat.frame(), voice(ANN, 3));
  await bob.write(voice(BOB, 4));
  same(await cat.frame(), voice(BOB, 4));
});

Deno.test("startVoice() ends a member's link after a complete frame when they leave", async () => {
  const roster = company(ANN, BOB, CAT);
  await using test = await TestVoice.start(roster);
  const ann = await test.linked(OAK, ANN);
  const bob = await test.linked(OAK, BOB);
  const cat = await test.linked(OAK, CAT);
  const frames = Array.from({ length: 50 }, (_, i) => voice(ANN, i));
  await ann.write(joined(frames));
  await cat.frames(50);
  roster.leave(OAK, BOB);
  test.server.left(OAK, BOB);
  same(joined(await bob.frames(50)), joined(frames));
  await bob.ended();
  roster.leave(OAK, CAT);
  test.server.signedOff(CAT);
  await cat.ended();
  test.server.roomClosed(OAK);
  await ann.ended();
  assert.deepEqual(test.server.stats().rooms, []);
  assert.equal(test.server.stats().in, 50);
  assert.equal(roster.events.some((event) => event.startsWith("lost")), false);
});

Deno.test("startVoice() lets a newer connection replace the older", async () => {
  await using test = await TestVoice.start(company(ANN, BOB));
  const older = await test.linked(OAK, ANN);
  const bob = await test.linked(OAK, BOB);
  const newer = await test.talker(OAK, ANN);
  await older.ended();
  await newer.write(voice(ANN, 1));
  same(await bob.frame(), voice(ANN, 1));
  test.skipped += 1000;
  await bob.write(voice(BOB, 2));
  same(await newer.frame(), voice(BOB, 2));
  assert.equal(test.server.stats().links, 2);
});

Deno.test("startVoice() moves a link whose client says hello again", async () => {
  const roster = company(ANN, BOB).enter(ELM, CAT);
  await using test = await TestVoice.start(roster);
  const ann = await test.linked(OAK, ANN);
  const cat = await test.linked(ELM, CAT);
  roster.leave(OAK, ANN);
  roster.enter(ELM, ANN);
  await ann.write(joined([encodeHello(ELM, ANN), voice(ANN, 1)]));
  same(await cat.frame(), voice(ANN, 1));
  // But not into the room that Ann has left.
  await ann.write(encodeHello(OAK, ANN));
  await ann.ended();
});

Deno.test("startVoice() asks for a lost link again, a few times", async () => {
  const roster = company(ANN, BOB);
  await using test = await TestVoice.start(roster);
  const ann = await test.linked(OAK, ANN);
  ann.close();
  await test.until(() => test.server.stats().links === 0);
  assert.deepEqual(roster.events, []);
  test.skipped += 1000;
  await roster.saw(`lost ${OAK} ${ANN}`);
});

Deno.test("startVoice() shuts down between whole frames", async () => {
  const test = await TestVoice.start(company(ANN, BOB));
  const ann = await test.linked(OAK, ANN);
  const bob = await test.linked(OAK, BOB);
  await ann.write(voice(ANN, 1));
  same(await bob.frame(), voice(ANN, 1));
  await Promise.all([test.server.shutdown(), ann.ended(), bob.ended()]);
  ann.close();
  bob.close();
});

/** What the real client sent on its voice connections, in order. */
async function captured(file: string): Promise<Map<string, Uint8Array>> {
  const url = new URL(`../../tests/captures/${file}`, import.meta.url);
  const streams = new Map<string, Uint8Array[]>();
  for (const line of (await Deno.readTextFile(url)).split("\n")) {
    const [, number, bytes] = /VOICE#(\d+) C>S ([0-9a-f]+)$/.exec(line) ?? [];
    if (number === undefined || bytes === undefined) continue;
    const parts = streams.get(number) ?? [];
    streams.set(number, [...parts, unhex(bytes)]);
  }
  return new Map([...streams].map(([key, parts]) => [key, joined(parts)]));
}

for (
  const file of [
    "a-rooms-chat-voice.txt",
    "c-two-clients-voice.txt",
    "c-voice-large-packets.txt",
    "c-mixing.txt",
  ]
) {
  Deno.test(`startVoice() relays the real client of ${file} unchanged`, async () => {
    for (const bytes of (await captured(file)).values()) {
      // Where the capture begins in mid-connection, the hello is missing.
      const stream = u32(bytes, 0) > MAX_FRAME
        ? bytes
        : joined([encodeHello(OAK, u32(bytes, 12)), bytes]);
      if (stream.length === HELLO_BYTES) continue;
      const [gid, uid] = [u32(stream, 0), u32(stream, 4)];
      const roster = new FakeRoster().enter(gid, uid).enter(gid, CAT);
      await using test = await TestVoice.start(roster);
      const cat = await test.linked(gid, CAT);
      const client = await test.connect();
      await client.write(stream);
      const heard: Uint8Array[] = [];
      for (let at = HELLO_BYTES; at < stream.length;) {
        const frame = await cat.frame();
        assert.ok(frame);
        heard.push(frame);
        at += frame.length;
      }
      same(joined(heard), stream.slice(HELLO_BYTES));
    }
  });
}

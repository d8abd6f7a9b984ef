import assert from "node:assert/strict";
import {
  openVoiceLink,
  type PaltalkClient,
  Talker,
  VoiceUdp,
  withoutPrefix,
} from "../../lib/client/mod.ts";
import { hex } from "../../lib/protocol/bytes.ts";
import { redDot, unredDot } from "../../lib/protocol/packets/microphone.ts";
import { roomLeave } from "../../lib/protocol/packets/rooms.ts";
import { SERVER_TYPES } from "../../lib/protocol/packet_types.ts";
import { nextHeard } from "../../lib/client/voice_channel.ts";
import { talkUntilHeard, tuneIn } from "../support/voice.ts";
import { TestServer } from "../support/server.ts";

const [ANN, BOB] = [1000002, 1000003];
const ROOM = 50001;
const OTHER_ROOM = 50003;
const MANNERS = ["tcp", "udp-hello", "udp-prefixed"] as const;
type Manner = typeof MANNERS[number] | "udp-client" | "none";

const start = (flags: string[] = []) =>
  TestServer.start({
    users: ["Ann", "Bob", "Cat", "Dan"],
    flags,
    settings: { "voice.floor_pause_ms": "300" },
  });

/** Signs on a user and joins the voice room. */
async function enter(
  server: TestServer,
  nickname: string,
  voice: Manner = "tcp",
  gid = ROOM,
): Promise<PaltalkClient> {
  const client = await server.signOn(nickname, { voice, host: "127.0.0.1" });
  await client.rooms.join(gid);
  return client;
}

/** Sends these frames, and asserts that exactly these are received. */
async function assertHears(
  talker: PaltalkClient,
  listener: PaltalkClient,
  fills: readonly number[],
): Promise<void> {
  for (const fill of fills) {
    // Also large frames, as with "larger packet size" in the client's setup.
    const said = await talker.voice.talk(fill, fill % 2 === 0 ? 4 : 10);
    const { frame, speaker } = await listener.voice.hear();
    assert.equal(hex(frame), hex(withoutPrefix(said)));
    assert.equal(speaker, talker.uid);
  }
}

for (
  const [speaks, hears] of MANNERS.flatMap((a) =>
    MANNERS.map((b) => [a, b] as const)
  )
) {
  Deno.test(`voice crosses bit for bit from ${speaks} to ${hears}`, async () => {
    await using server = await start();
    await using ann = await enter(server, "Ann", speaks);
    await using bob = await enter(server, "Bob", hears);
    await tuneIn(ann, bob);
    await assertHears(ann, bob, [1, 2, 3, 4, 5, 6, 7, 8]);
    assert.deepEqual(await bob.voice.waiting(), [], "and nothing else");
    assert.deepEqual(await ann.voice.waiting(), [], "nobody hears himself");
  });
}

Deno.test("each peer is answered in its own form", async () => {
  await using server = await start();
  await using ann = await enter(server, "Ann");
  await using bob = await enter(server, "Bob", "udp-hello");
  await using cat = await enter(server, "Cat", "udp-prefixed");
  // A prefixed peer is recognized when it talks.
  await tuneIn(cat, ann);
  await tuneIn(ann, bob, cat);
  await ann.voice.talk(1);
  assert.equal((await bob.voice.hear()).prefixed, false);
  assert.equal((await cat.voice.hear()).prefixed, true);
});

/**
 * Returns whether the port that the real client's UDP mode needs is free on
 * this machine.
 */
function isFree(port: number): boolean {
  try {
    Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port })
      .close();
    return true;
  } catch {
    return false;
  }
}

Deno.test(
  "the client's UDP mode talks without hello and hears at its port 2090",
  {
    ignore: !isFree(2090),
  },
  async () => {
    await using server = await start();
    await using ann = await enter(server, "Ann");
    await using bob = await enter(server, "Bob", "udp-client");
    await tuneIn(ann, bob);
    await assertHears(ann, bob, [1, 2, 3]);
    await tuneIn(bob, ann);
    await assertHears(bob, ann, [4, 5, 6]);
    assert.equal((await ann.voice.waiting()).length, 0);
  },
);

Deno.test("two who talk at once do not interleave, and the second comes after a pause", async () => {
  await using server = await start();
  await using ann = await enter(server, "Ann");
  await using bob = await enter(server, "Bob");
  await using cat = await enter(server, "Cat");
  await tuneIn(bob, ann, cat);
  await talkUntilHeard(ann, cat, 0x11);
  const channel = await cat.voice.channel();
  channel.heard.drain();
  const said: string[] = [];
  for (let i = 0; i < 25; i++) {
    said.push(hex(withoutPrefix(await ann.voice.talk(i))));
    await bob.voice.talk(i);
  }
  for (const frame of said) {
    assert.equal(hex((await cat.voice.hear()).frame), frame);
  }
  // Ann is silent, so after the pause it is Bob's turn.
  await talkUntilHeard(bob, cat, 0x22);
  const heard = (await cat.voice.waiting()).map(({ speaker }) => speaker);
  assert.ok(heard.every((speaker) => speaker === BOB));
});

Deno.test("a room hears its own people only", async () => {
  await using server = await start();
  await using ann = await enter(server, "Ann");
  await using bob = await enter(server, "Bob");
  await using cat = await enter(server, "Cat", "tcp", OTHER_ROOM);
  await using dan = await enter(server, "Dan", "tcp", OTHER_ROOM);
  await tuneIn(ann, bob);
  await tuneIn(dan, cat);
  await assertHears(ann, bob, [1, 2, 3]);
  await assertHears(dan, cat, [4]);
  assert.deepEqual(await cat.voice.waiting(), []);
});

Deno.test("a stranger at the voice port with somebody's uid hears and says nothing", async () => {
  // Both address families: the users connect by IPv4, the stranger by IPv6.
  await using server = await start(["--bind", "::"]);
  await using ann = await enter(server, "Ann");
  await using bob = await enter(server, "Bob");
  await tuneIn(ann, bob);
  const port = ann.state.media.get(ROOM)!.tcpPort;
  const stranger = await openVoiceLink({
    host: "::1",
    port,
    gid: ROOM,
    uid: ANN,
  });
  const impostor = new Talker(ANN);
  await stranger.talk(impostor.next(0x66)).catch(() => {});
  await stranger.closed;
  const udp = await VoiceUdp.open({
    host: "::1",
    port,
    gid: ROOM,
    uid: ANN,
    manner: "hello",
    localAddress: "::1",
  });
  await udp.talk(impostor.next(0x66));
  await assertHears(ann, bob, [1, 2, 3]);
  assert.deepEqual(stranger.heard.items, []);
  assert.deepEqual(udp.heard.items, []);
  assert.deepEqual(await bob.voice.waiting(), []);
  await udp.close();
});

Deno.test("a hello for a room one is not in, or for nobody, is not served", async () => {
  await using server = await start();
  await using ann = await enter(server, "Ann");
  await using bob = await enter(server, "Bob");
  await tuneIn(ann, bob);
  for (
    const [gid, uid] of [[OTHER_ROOM, ANN], [ROOM, 1000005], [ROOM, 7], [
      1,
      ANN,
    ]]
  ) {
    const link = await openVoiceLink({
      host: "127.0.0.1",
      port: ann.state.media.get(ROOM)!.tcpPort,
      gid: gid!,
      uid: uid!,
    });
    await link.closed;
    assert.deepEqual(link.heard.items, []);
  }
  await assertHears(ann, bob, [1]);
});

Deno.test("frames with another's number in trailer or SSRC are not passed on", async () => {
  await using server = await start();
  await using ann = await enter(server, "Ann");
  await using bob = await enter(server, "Bob");
  await tuneIn(ann, bob);
  const channel = await ann.voice.channel();
  const wrongTrailer = ann.voice.talker.next(0x66);
  wrongTrailer.set([0x43, 0x42, 0x0f, 0x00], wrongTrailer.length - 4);
  await channel.talk(wrongTrailer);
  const wrongSsrc = ann.voice.talker.next(0x66);
  wrongSsrc.set([0x00, 0x0f, 0x42, 0x43], 12);
  await channel.talk(wrongSsrc);
  await assertHears(ann, bob, [1, 2]);
});

Deno.test("frames that would poison a client are dropped, and the talker stays", async () => {
  await using server = await start();
  await using ann = await enter(server, "Ann");
  await using bob = await enter(server, "Bob");
  await tuneIn(ann, bob);
  const channel = await ann.voice.channel();
  const { talker } = ann.voice;
  const payload = (length: number) => new Uint8Array(length).fill(0xd5);
  await channel.talk(talker.frame({ payload: payload(33) }));
  await channel.talk(talker.frame({ payload: payload(1000 - 15) }));
  await channel.talk(talker.frame({ payload: payload(132), payloadType: 31 }));
  const version1 = talker.next(0x66);
  version1[4] = 0x40;
  await channel.talk(version1);
  await assertHears(ann, bob, [1, 2, 3, 4]);
  assert.equal(bob.voice.health.poison, undefined);
  assert.ok(channel.isOpen);
});

Deno.test("frames in single bytes and many in one segment are heard alike", async () => {
  await using server = await start();
  await using ann = await enter(server, "Ann");
  await using bob = await enter(server, "Bob");
  await tuneIn(ann, bob);
  const channel = await ann.voice.channel();
  const slow = ann.voice.talker.next(1);
  for (const byte of slow) await channel.talk(Uint8Array.of(byte));
  assert.equal(
    hex((await bob.voice.hear()).frame),
    hex(withoutPrefix(slow)),
  );
  const fast = Array.from({ length: 4 }, (_, i) => ann.voice.talker.next(i));
  const segment = new Uint8Array(fast.flatMap((frame) => [...frame]));
  await channel.talk(segment);
  for (const frame of fast) {
    assert.equal(
      hex((await bob.voice.hear()).frame),
      hex(withoutPrefix(frame)),
    );
  }
});

Deno.test("leaving the room ends the voice link between whole frames", async () => {
  await using server = await start();
  await using ann = await enter(server, "Ann");
  await using bob = await enter(server, "Bob");
  await tuneIn(ann, bob);
  const link = await bob.voice.channel();
  let talking = true;
  const speech = (async () => {
    while (talking) await ann.voice.talk(1, 10);
  })();
  await nextHeard(link);
  // Only the chat side leaves; the server must end the voice link.
  bob.state.leave(ROOM);
  bob.strictness.leftRoom(ROOM);
  await bob.send(roomLeave, { gid: ROOM });
  await link.closed;
  talking = false;
  await speech;
  assert.equal(bob.voice.health.poison, undefined);
});

Deno.test("signing off ends the voice link, and the server's end does too", async () => {
  await using server = await start();
  await using ann = await enter(server, "Ann");
  await using bob = await enter(server, "Bob");
  await tuneIn(ann, bob);
  const link = await bob.voice.channel();
  await bob.connection.close();
  await link.closed;
  const last = await ann.voice.channel();
  assert.equal(await server.stop(), 0);
  await last.closed;
  assert.equal(ann.voice.health.poison, undefined);
  assert.equal(bob.voice.health.poison, undefined);
});

Deno.test("a member whose voice link is lost is told again where voice is", async () => {
  await using server = await start();
  await using ann = await enter(server, "Ann");
  await using bob = await enter(server, "Bob");
  await tuneIn(ann, bob);
  const { type } = SERVER_TYPES.ROOM_MEDIA_SERVER;
  await bob.next(type);
  const lost = await bob.voice.channel();
  await lost.close();
  await bob.next(type);
  await tuneIn(ann, bob);
  await assertHears(ann, bob, [1, 2]);
});

Deno.test("a red-dotted talker is not heard until the dot is off", async () => {
  await using server = await start();
  await server.run("room", "set", String(ROOM), "--owner", "Ann");
  await using ann = await enter(server, "Ann");
  await using bob = await enter(server, "Bob");
  await using cat = await enter(server, "Cat");
  await tuneIn(bob, ann, cat);
  await ann.send(redDot, { gid: ROOM, uid: BOB });
  await bob.next(SERVER_TYPES.RED_DOT_ON.type);
  assert.equal(bob.state.rooms.get(ROOM)!.micOn, false);
  const channel = await cat.voice.channel();
  channel.heard.drain();
  for (let i = 0; i < 5; i++) await bob.voice.talk(0x66);
  await talkUntilHeard(ann, cat, 1);
  assert.ok(channel.heard.items.every(({ speaker }) => speaker === ANN));
  await ann.send(unredDot, { gid: ROOM, uid: BOB });
  await bob.next(SERVER_TYPES.RED_DOT_OFF.type);
  await talkUntilHeard(bob, cat, 2);
});

Deno.test("who blocks a talker does not hear him, the others do", async () => {
  await using server = await start();
  await using ann = await enter(server, "Ann");
  await using bob = await enter(server, "Bob");
  await using cat = await enter(server, "Cat");
  await tuneIn(ann, bob, cat);
  await bob.people.block(ANN);
  await bob.settle();
  await assertHears(ann, cat, [1, 2, 3]);
  await talkUntilHeard(cat, bob, 4);
  assert.ok(
    (await bob.voice.waiting()).every(({ speaker }) => speaker !== ANN),
  );
});

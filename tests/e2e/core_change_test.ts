/**
 * What goes on while one core takes over from another: voice, and who has the
 * floor.
 *
 * @module
 */
import assert from "node:assert/strict";
import { encodeVoiceFrame, sequenceOf } from "../../lib/protocol/rtp.ts";
import {
  pause,
  ROOM,
  TestCluster,
  until,
} from "../support/cluster/processes.ts";
import { runCli } from "../support/server.ts";
import { tuneIn } from "../support/voice.ts";

/** A voice room of the first start. */
const VOICE = 50001;
/** Time between two frames of the client. */
const FRAME_MS = 80;
const PAYLOAD = new Uint8Array(132).fill(0xd0);

Deno.test("voice goes on, frame by frame, when the core is restarted and when it is killed", async () => {
  await using cluster = await TestCluster.start();
  if (cluster === undefined) return;
  const [one, two] = cluster.cores;
  const [ann, bob, cat] = cluster.people;
  assert.ok(one && two && ann && bob && cat);
  for (const client of [ann, bob, cat]) await client.rooms.join(VOICE);
  await tuneIn(ann, bob, cat);
  const [mouth, ear, other] = [
    await ann.voice.channel(),
    await bob.voice.channel(),
    await cat.voice.channel(),
  ];
  const frame = (uid: number, sequence: number) =>
    encodeVoiceFrame({
      sequence: 1000 + sequence,
      timestamp: 640 * sequence,
      uid,
      payload: PAYLOAD,
    });
  let sent = 0;
  let isTalking = true;
  const talking = (async () => {
    for (; isTalking; sent++) {
      await mouth.talk(frame(ann.uid, sent));
      // Has no floor while Ann talks.
      await other.talk(frame(cat.uid, sent));
      await pause(FRAME_MS);
    }
  })();
  await until("talk", () => ear.heard.items.length > 20);

  const settings = { "cluster.nats": cluster.nats.urls.join(",") };
  const { code, err } = await runCli(
    ["restart", "--force", "--data", one.data],
    "",
    settings,
  );
  assert.equal(code, 0, err);
  await two.serves();
  assert.equal(await one.ended(), 75);
  one.again();
  await one.standsBy();
  await two.stop("SIGKILL");
  await one.serves();
  await pause(2000);
  isTalking = false;
  await talking;

  await until("the last frame", () => ear.heard.items.length >= sent);
  const heard = ear.heard.items;
  assert.ok(heard.every(({ speaker }) => speaker === ann.uid));
  assert.deepEqual(
    heard.map(({ frame }) => sequenceOf(frame, 0)),
    Array.from({ length: sent }, (_, n) => 1000 + n),
  );
  // The core of now knows everybody in the room.
  for (const client of [ann, bob, cat]) await client.settle();
  await ann.rooms.say(ROOM, "line 1");
  await until("the line", () => cluster.seenBy(bob).length === 1);
});

Deno.test("a gateway has nothing to hand over: a restart is refused, and it goes on", async () => {
  await using cluster = await TestCluster.start({ cores: 1, gateways: 1 });
  if (cluster === undefined) return;
  const [gateway] = cluster.gateways;
  const { code, err } = await runCli(
    ["restart", "--data", gateway!.data],
    "",
    { "cluster.nats": cluster.nats.urls.join(",") },
  );
  assert.equal(code, 1);
  assert.match(err, /gateway of the cluster/);
  gateway!.signal("SIGUSR2");
  await until("the reason", () => /nothing to hand over/.test(gateway!.log));
  await cluster.people[0]!.settle();
});

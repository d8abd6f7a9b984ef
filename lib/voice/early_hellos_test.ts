import assert from "node:assert/strict";
import { hex } from "../protocol/bytes.ts";
import { encodeHello } from "../protocol/rtp.ts";
import { EARLY_MS } from "./early_hellos.ts";
import {
  ANN,
  BOB,
  FakeRoster,
  OAK,
  TestVoice,
  voice,
} from "../../tests/support/voice_server.ts";

const same = (got: Uint8Array | undefined, wanted: Uint8Array) =>
  assert.equal(got && hex(got), hex(wanted));

Deno.test("EarlyHellos keeps a hello that is ahead of its -310", async () => {
  const roster = new FakeRoster().enter(OAK, BOB);
  await using test = await TestVoice.start(roster);
  const bob = await test.linked(OAK, BOB);
  const ann = await test.talker(OAK, ANN);
  // Nobody hears what is said before the join.
  await ann.write(voice(ANN, 1));
  await test.until(() => test.server.stats().dropped.stranger === 1);
  roster.enter(OAK, ANN);
  test.server.joined(OAK, ANN);
  // At once, not at the next tick.
  assert.equal(test.server.stats().links, 2);
  assert.equal(test.server.stats().halfOpen, 0);
  await bob.write(voice(BOB, 2));
  same(await ann.frame(), voice(BOB, 2));
  test.skipped += EARLY_MS;
  await ann.write(voice(ANN, 3));
  same(await bob.frame(), voice(ANN, 3));
});

Deno.test("EarlyHellos gives up, and forgets closed connections", async () => {
  const roster = new FakeRoster().enter(OAK, BOB);
  await using test = await TestVoice.start(roster);
  const stranger = await test.talker(OAK, ANN);
  const gone = await test.talker(OAK, ANN);
  await test.until(() => test.server.stats().halfOpen === 2);
  gone.close();
  await test.until(() => test.server.stats().halfOpen === 1);
  test.skipped += EARLY_MS;
  await stranger.ended();
  assert.deepEqual(test.log.reasons(), ["no such member"]);
  roster.enter(OAK, ANN);
  test.server.joined(OAK, ANN);
  assert.equal(test.server.stats().links, 0);
});

Deno.test("EarlyHellos waits for the end of a connection that is being heard", async () => {
  const roster = new FakeRoster().enter(OAK, ANN).enter(OAK, BOB);
  await using test = await TestVoice.start(roster);
  const older = await test.linked(OAK, ANN);
  const bob = await test.linked(OAK, BOB);
  await older.write(voice(ANN, 1));
  same(await bob.frame(), voice(ANN, 1));
  const newer = await test.connect();
  await newer.write(encodeHello(OAK, ANN));
  await newer.write(voice(ANN, 2));
  await test.until(() => test.server.stats().dropped.stranger === 1);
  older.close();
  await test.until(() => test.server.stats().halfOpen === 0);
  await newer.write(voice(ANN, 3));
  same(await bob.frame(), voice(ANN, 3));
});

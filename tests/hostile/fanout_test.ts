/**
 * Traffic that one user causes for others: a line in a full room costs its
 * length times the number of members.
 *
 * @module
 */
import assert from "node:assert/strict";
import { concat } from "../../lib/protocol/bytes.ts";
import { decodeText } from "../../lib/protocol/windows1252.ts";
import { packet, type Peer, u32 } from "../reliability/support/peer.ts";
import { Rig } from "../reliability/support/rig.ts";
import { VOICE_ROOM } from "./stage.ts";

const LONG = "x".repeat(1000);
/** Lines of the test, without the room's welcome. */
const heard = (peer: Peer) =>
  peer.inbox.filter(({ payload }) => decodeText(payload).endsWith("xx")).length;
const many = (count: number, frame: Uint8Array) =>
  concat(Array.from({ length: count }, () => frame));

Deno.test("lines beyond a user's fan-out budget arrive late, and none is lost", async () => {
  await using rig = await Rig.start({
    config: {
      "limits.packets_per_second": 1000,
      "limits.fanout_bytes_per_second": 5000,
    },
  });
  const [eve, ann, bob] = [
    await rig.guest("Eve"),
    await rig.guest("Ann"),
    await rig.guest("Bob"),
  ];
  for (const peer of [eve, ann, bob]) await peer.join(VOICE_ROOM);
  const line = packet("ROOM_MESSAGE_OUT", u32(VOICE_ROOM), LONG);
  // 2 kB each for two readers: 25 lines immediately, and then 2.5 a second.
  const began = performance.now();
  await eve.write(many(35, line));
  // Others are not delayed.
  await bob.send("ROOM_MESSAGE_OUT", u32(VOICE_ROOM), "hello");
  await ann.until(
    () =>
      ann.inbox.some(({ payload }) => decodeText(payload).endsWith("hello")) ||
      undefined,
    "Bob's line",
  );
  const soon = performance.now() - began;
  assert.ok(soon < 1500, `Bob's line took ${soon} ms`);
  await ann.until(
    () => heard(ann) === 35 || undefined,
    "all lines",
  );
  const ms = performance.now() - began;
  assert.ok(ms > 2500, `all lines after ${ms} ms`);
  assert.equal(rig.server.live.status().totals.packetsOverRate, 0);
});

Deno.test("signing on again pays no fan-out debt", async () => {
  await using rig = await Rig.start({
    config: {
      "limits.packets_per_second": 1000,
      "limits.fanout_bytes_per_second": 5000,
    },
  });
  const ann = await rig.guest("Ann");
  let eve = await rig.guest("Eve");
  for (const peer of [eve, ann]) await peer.join(VOICE_ROOM);
  // 50 kB may be sent immediately, and then 5 kB a second.
  const { uid } = eve;
  const line = packet("ROOM_MESSAGE_OUT", u32(VOICE_ROOM), LONG);
  await eve.write(many(60, line));
  await ann.until(
    () => heard(ann) >= 48 || undefined,
    "most",
  );
  eve.close();
  eve = await (await rig.connect()).signOn(uid);
  const began = performance.now();
  const before = heard(ann);
  await eve.join(VOICE_ROOM);
  await eve.write(many(15, line));
  await ann.until(
    () => heard(ann) >= before + 15 || undefined,
    "15 more",
  );
  const ms = performance.now() - began;
  assert.ok(ms > 2000, `15 more after ${ms} ms`);
});

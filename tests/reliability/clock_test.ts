/**
 * The wall clock steps: NTP after boot, or a resumed virtual machine.
 * Deadlines, throttles and rates must not be affected.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Peer } from "./support/peer.ts";
import { Rig } from "./support/rig.ts";

const MINUTE_MS = 60_000;
const STEPS = {
  "35 minutes ahead": 35 * MINUTE_MS,
  "25 hours back": -90_000_000,
};

for (const [name, step] of Object.entries(STEPS)) {
  Deno.test(`the wall clock steps ${name}: nobody is disconnected`, async () => {
    await using rig = await Rig.start({
      config: { "limits.signon_seconds": 1 },
    });
    const ann = await rig.guest("Ann");
    rig.stepped = step;
    // Its end shows that the deadlines have been checked since.
    await (await rig.connect()).ended();
    await ann.settled();
    assert.equal(ann.closed, false);
    assert.equal(rig.server.live.status().sessions, 1);
    assert.ok(rig.server.live.status().uptimeSeconds < 600);
    const [session] = rig.server.live.sessions();
    const age = Date.now() + step - (session?.lastPacketAt ?? 0);
    assert.ok(age < MINUTE_MS, `${age} ms since the last packet`);
  });

  Deno.test(`the wall clock steps ${name}: a throttle keeps its length`, async () => {
    await using rig = await Rig.start({
      config: {
        "limits.signon_attempts_per_address": 1,
        "limits.signon_attempts_per_account": 1,
        "limits.signon_ban_seconds": 60,
      },
    });
    const { uid } = rig.user("Ann");
    const stranger = await rig.connect();
    const offset = await stranger.greet(uid);
    await stranger.write(Peer.login(uid, "wrong", offset));
    await stranger.refused("LOGIN");
    rig.stepped = step;
    rig.ahead = 61_000;
    await (await rig.connect()).signOn(uid);
  });
}

Deno.test("a timed ban ends by the wall clock", async () => {
  await using rig = await Rig.start();
  const { uid } = rig.user("Ann");
  rig.store.bans.add({
    kind: "account",
    target: String(uid),
    until: Date.now() + 10 * MINUTE_MS,
    reason: "",
    by: "cli",
    byUid: null,
    rank: 4,
    at: Date.now(),
  });
  const early = await rig.connect();
  await early.write(Peer.login(uid, "secret11", await early.greet(uid)));
  assert.match(await early.refused("LOGIN"), /banned/i);
  rig.stepped = 11 * MINUTE_MS;
  await (await rig.connect()).signOn(uid);
});

/**
 * An evening in a voice room: its owner, two admins, users who raise their
 * hands and talk, and a troll who does not want to leave.
 */
import assert from "node:assert/strict";
import { type PaltalkClient, Refused } from "../../lib/client/mod.ts";
import { hex } from "../../lib/protocol/bytes.ts";
import { roomMessageIn } from "../../lib/protocol/packets/messages.ts";
import {
  handDown,
  handUp,
  micsToggled,
  redDot,
  redDotOff,
  redDotOn,
  removeAllHands,
  reqMic,
  toggleAllMics,
  unredDot,
} from "../../lib/protocol/packets/microphone.ts";
import {
  banByNickname,
  bounceReason,
  getAdminInfo,
  madeAdmin,
  makeAdmin,
  memberAdmin,
  roomAdminInfo,
  roomBounce,
  unban,
  unbounce,
} from "../../lib/protocol/packets/moderation.ts";
import { roomClosed, roomUserLeft } from "../../lib/protocol/packets/rooms.ts";
import { decodeText } from "../../lib/protocol/windows1252.ts";
import { TestServer } from "../support/server.ts";
import { talkUntilHeard, tuneIn } from "../support/voice.ts";
import { withoutPrefix } from "../../lib/client/mod.ts";

const GID = 50001;
const LOUNGE = "The Evening Lounge";

/**
 * Asserts that nothing from `talker` arrives between two frames from `other`.
 */
async function assertUnheard(
  talker: PaltalkClient,
  other: PaltalkClient,
  listener: PaltalkClient,
): Promise<void> {
  await talkUntilHeard(other, listener, 0x21);
  (await listener.voice.channel()).heard.drain();
  for (let i = 0; i < 3; i++) await talker.voice.talk(0x66);
  await talkUntilHeard(other, listener, 0x22);
  const heard = await listener.voice.waiting();
  assert.ok(heard.every(({ speaker }) => speaker !== talker.uid));
  (await listener.voice.channel()).heard.drain();
}

Deno.test("an evening in a room with an owner, two admins and a troll", async () => {
  await using server = await TestServer.start({
    users: ["Olga", "Adam", "Abby", "Bob", "Troll"],
    settings: { "voice.floor_pause_ms": "150" },
  });
  const { code, err } = await server.cli(
    ["room", "set", String(GID), "--owner", "Olga"],
  );
  assert.equal(code, 0, err);

  await using olga = await server.signOn("Olga");
  await using adam = await server.signOn("Adam");
  await using abby = await server.signOn("Abby");
  await using bob = await server.signOn("Bob");
  await using troll = await server.signOn("Troll");
  const all = [olga, adam, abby, bob, troll];
  for (const [i, one] of all.entries()) {
    const joined = await one.rooms.join(GID);
    assert.equal(joined.admin, i === 0, one.nickname);
  }
  await tuneIn(bob, olga, adam, abby, troll);
  await tuneIn(troll, bob);

  // Olga makes two users admins: a dialog for them, the icon for all.
  for (const admin of [adam, abby]) {
    await olga.send(makeAdmin, { gid: GID, uid: admin.uid });
    await admin.expect(madeAdmin, ({ gid }) => gid === GID);
    for (const one of all) {
      await one.expect(memberAdmin, ({ uid, on }) => uid === admin.uid && on);
    }
  }

  // Bob raises his hand; Abby lowers all hands.
  await bob.send(reqMic, { gid: GID });
  for (const one of all) {
    await one.expect(handUp, ({ uid }) => uid === bob.uid);
  }
  await abby.send(removeAllHands, { gid: GID });
  for (const one of all) {
    await one.expect(handDown, ({ uid }) => uid === bob.uid);
  }

  // All microphones except Adam's are turned off; Bob gets his back; then
  // everybody.
  await adam.send(toggleAllMics, { gid: GID, on: false });
  for (const one of all) {
    const { on, except } = await one.expect(micsToggled);
    assert.deepEqual([on, except], [false, adam.uid]);
    assert.equal(one.state.rooms.get(GID)!.micOn, one === adam, one.nickname);
  }
  await assertUnheard(bob, adam, olga);
  await adam.send(unredDot, { gid: GID, uid: bob.uid });
  for (const one of all) {
    await one.expect(redDotOff, ({ uid }) => uid === bob.uid);
  }
  await talkUntilHeard(bob, olga, 0x31);
  await adam.send(toggleAllMics, { gid: GID, on: true });
  for (const one of all) await one.expect(micsToggled, ({ on }) => on);

  // The troll shouts and gets a red dot: only his voice is cut off.
  await troll.rooms.say(GID, "LOUD WORDS");
  await bob.expect(
    roomMessageIn,
    ({ text }) => decodeText(text) === "LOUD WORDS",
  );
  await adam.send(redDot, { gid: GID, uid: troll.uid });
  for (const one of all) {
    await one.expect(redDotOn, ({ uid }) => uid === troll.uid);
  }
  assert.equal(troll.state.rooms.get(GID)!.micOn, false);
  await assertUnheard(troll, bob, olga);

  // The troll goes on in writing: Abby bounces him, with a reason.
  await abby.send(bounceReason, {
    gid: GID,
    uid: troll.uid,
    text: "BR: rude words",
  });
  await abby.send(roomBounce, { gid: GID, uid: troll.uid });
  const closed = await troll.expect(roomClosed);
  assert.equal(closed.by, abby.uid);
  assert.equal(
    closed.text,
    `You have been bounced from ${LOUNGE} by Abby.`,
  );
  for (const one of [olga, adam, abby, bob]) {
    await one.expect(roomUserLeft, ({ uid }) => uid === troll.uid);
  }
  await assert.rejects(troll.rooms.join(GID), (error: Error) => {
    assert.ok(error instanceof Refused);
    return error.message === `You were bounced from ${LOUNGE}.`;
  });

  // Adam looks at the console and lets the troll back in.
  await adam.send(getAdminInfo, { gid: GID });
  const info = await adam.expect(roomAdminInfo);
  assert.deepEqual(info.bounced, [{ uid: troll.uid, nickname: "Troll" }]);
  await adam.send(unbounce, { gid: GID, uid: troll.uid });
  assert.deepEqual((await adam.expect(roomAdminInfo)).bounced, []);
  await troll.rooms.join(GID);

  // Leaving the room did not remove the red dot.
  assert.equal(troll.state.rooms.get(GID)!.micOn, false);

  // The troll goes on, so Olga bans him by name.
  await olga.send(banByNickname, { gid: GID, nickname: "troll" });
  const banned = await troll.expect(roomClosed);
  assert.equal(banned.text, `You have been banned from ${LOUNGE} by Olga.`);
  const shown = await adam.expect(roomAdminInfo);
  assert.deepEqual(shown.banned, [{ uid: troll.uid, nickname: "Troll" }]);
  await assert.rejects(troll.rooms.join(GID), Refused);
  await troll.signOff();
  await using back = await server.signOn("Troll");
  await assert.rejects(back.rooms.join(GID), Refused);

  // Voice continues undisturbed, bit for bit.
  await talkUntilHeard(bob, olga, 0x41);
  const said = await bob.voice.talk(0x42);
  const heard = await (await olga.voice.channel()).heard.next(
    ({ frame }) => frame.at(-5) === 0x42,
    "what Bob says",
  );
  assert.equal(hex(heard.frame), hex(withoutPrefix(said)));

  // A month later the ban is lifted; the red dot is still in place.
  await olga.send(unban, { gid: GID, uid: back.uid });
  assert.deepEqual(
    (await olga.expect(roomAdminInfo, ({ banned }) => banned.length === 0))
      .banned,
    [],
  );
  await back.rooms.join(GID);
  await adam.send(unredDot, { gid: GID, uid: back.uid });
  await back.expect(redDotOff, ({ uid }) => uid === back.uid);
  assert.equal(back.state.rooms.get(GID)!.micOn, true);

  // No client received a frame that would have broken it: each of these clients
  // checks every frame and fails when a rule is broken.
  const { out } = await server.cli(["audit", "--json"]);
  for (const action of ["room bounce", "room ban", "room red-dot"]) {
    assert.ok(out.includes(action), action);
  }
});

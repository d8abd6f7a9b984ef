import assert from "node:assert/strict";
import { voiceRoster } from "../../server/voice_roster.ts";
import { HOST_LEVEL } from "../../domain/store.ts";
import { accountChanged } from "../account_changed.ts";
import { endMutes, muteChanged } from "../mutes.ts";
import {
  joinAll,
  OAK,
  type TestChat,
  type TestClient,
  u32,
  withChat,
} from "../../../tests/support/chat/test_chat.ts";

const oak = u32(OAK);

function mute(
  chat: TestChat,
  { uid, session }: TestClient,
  more: { rank?: number; until?: number | null } = {},
): void {
  chat.store.mutes.set({
    uid,
    reason: "Calm down.",
    by: "Guard",
    rank: 1,
    at: chat.now,
    until: null,
    ...more,
  });
  chat.act((ctx) => muteChanged(ctx, session));
}

const SAYS = "You are muted on this server. Reason: Calm down.";

Deno.test("a mute applies to text, whispers, the topic, voice and messages", () =>
  withChat(async (chat) => {
    const [bob, troll, guard] = await chat.signOnAll("Bob", "Troll", "Guard");
    chat.store.accounts.update(guard.uid, { role: "moderator" });
    chat.act((ctx) => accountChanged(ctx, guard.uid));
    chat.changeRoom(OAK, { owner: troll.uid });
    await joinAll(chat, OAK, bob, troll);
    const roster = voiceRoster(chat.world, () => chat.services.settings, {
      onLinkLost() {},
      onTalk() {},
    });
    assert.ok(roster.maySpeak(OAK, troll.uid));
    mute(chat, troll);
    const dot = `RED_DOT_ON ${oak} ${u32(troll.uid)}`;
    bob.expect(dot);
    assert.deepEqual(troll.takeNames(), ["RED_DOT_ON", "IM_IN"]);
    assert.deepEqual(chat.voice, [{ what: "policy", gid: OAK }]);
    assert.ok(!roster.maySpeak(OAK, troll.uid));
    for (const line of ["hello", "/w Bob: psst"]) {
      await troll.send("ROOM_MESSAGE_OUT", `${oak} '${line}'`);
      bob.expect();
      assert.equal(troll.takeNames().length, 1);
    }
    await troll.send("ROOM_BANNER_MESSAGE", `${oak} 'mine'`);
    assert.deepEqual(troll.takeNames(), ["FEEDBACK"]);
    bob.expect();
    await troll.send("IM_OUT", `${u32(bob.uid)} 'hi'`);
    troll.expect(`FEEDBACK ffec 0001 '${SAYS}'`);
    bob.expect();
    await troll.send("INVITE_OUT", `${oak} ${u32(bob.uid)}`);
    assert.deepEqual(troll.takeNames(), ["FEEDBACK"]);
    // A muted user may still write to staff, to ask what happened.
    guard.take();
    await troll.send("IM_OUT", `${u32(guard.uid)} 'why'`);
    assert.equal(guard.takeNames().length, 1);
  }));

Deno.test("a room's admin cannot undo a mute, and it applies to new rooms", () =>
  withChat(async (chat) => {
    const [olga, troll] = await chat.signOnAll("Olga", "Troll");
    chat.changeRoom(OAK, { owner: olga.uid });
    await joinAll(chat, OAK, olga, troll);
    mute(chat, troll);
    chat.forget();
    await olga.send("UNRED_DOT", `${oak} ${u32(troll.uid)}`);
    olga.expect(
      `RED_DOT_OFF ${oak} ${u32(troll.uid)}`,
      `RED_DOT_ON ${oak} ${u32(troll.uid)}`,
    );
    const room = chat.world.rooms.get(OAK)!;
    assert.ok(!room.maySpeak(troll.uid));
    await troll.send("ROOM_LEAVE", oak);
    await troll.send("ROOM_JOIN", `${oak} 0000 0000082a`);
    assert.equal(room.memberEntry(room.members.get(troll.uid)!).mic, false);
  }));

Deno.test("a mute expires by itself, and spares the rank of its author", () =>
  withChat(async (chat) => {
    const [bob, troll] = await chat.signOnAll("Bob", "Troll");
    await joinAll(chat, OAK, bob, troll);
    mute(chat, troll, { until: chat.now + 1000 });
    chat.forget();
    chat.now += 999;
    chat.act(endMutes);
    bob.expect();
    chat.now += 1;
    chat.act(endMutes);
    bob.expect(`RED_DOT_OFF ${oak} ${u32(troll.uid)}`);
    troll.expect(
      `RED_DOT_OFF ${oak} ${u32(troll.uid)}`,
      "IM_IN 000f4241 'You are no longer muted.'",
    );
    await troll.send("ROOM_MESSAGE_OUT", `${oak} 'sorry'`);
    assert.equal(bob.takeNames().length, 1);
    assert.equal(chat.world.muted.size, 0);
    mute(chat, bob);
    chat.store.accounts.update(bob.uid, { role: "moderator" });
    chat.act((ctx) => accountChanged(ctx, bob.uid));
    assert.equal(bob.session.mute, undefined);
    mute(chat, bob, { rank: HOST_LEVEL });
    assert.notEqual(bob.session.mute, undefined);
  }));

Deno.test("a user who signs on again is still muted", () =>
  withChat(async (chat) => {
    const troll = await chat.signOn("Troll");
    mute(chat, troll);
    const again = await chat.signOn("Troll", { take: false });
    assert.ok(again.takeNames().includes("IM_IN"));
    assert.equal(again.session.mute?.by, "Guard");
    chat.store.flush();
    const [session] = chat.store.pastSessions.list(troll.uid, 10);
    assert.equal(session?.address, "203.0.113.5");
  }));

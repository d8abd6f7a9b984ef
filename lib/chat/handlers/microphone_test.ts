import assert from "node:assert/strict";
import type { RoomPatch } from "../../domain/store.ts";
import { takeTurn } from "./microphone.ts";
import { voiceRoster } from "../../server/voice_roster.ts";
import {
  joinAll,
  OAK,
  type TestChat,
  type TestClient,
  u32,
  withChat,
} from "../../../tests/support/chat/test_chat.ts";

const oak = u32(OAK);
const both = (client: TestClient) => `${oak} ${u32(client.uid)}`;

/** Opens {@linkcode OAK} with Adam, an admin, and two members. */
async function room(chat: TestChat, patch: RoomPatch = {}) {
  chat.store.rooms.setAdmin(OAK, chat.addUser("Adam").uid, true);
  chat.changeRoom(OAK, patch);
  const [adam, bob, cat] = await chat.signOnAll("Adam", "Bob", "Cat");
  await joinAll(chat, OAK, adam, bob, cat);
  const roster = voiceRoster(chat.world, () => chat.services.settings, {
    onLinkLost() {},
    onTalk() {},
  });
  const speakers = () =>
    [adam, bob, cat].filter(({ uid }) => roster.maySpeak(OAK, uid))
      .map(({ session }) => session.nickname);
  return { adam, bob, cat, roster, speakers, all: [adam, bob, cat] };
}

const POLICY = { what: "policy", gid: OAK };

Deno.test("REQ_MIC and UNREQ_MIC show a hand to all, the sender too, and grant nothing", () =>
  withChat(async (chat) => {
    const { bob, all, roster } = await room(chat);
    await bob.send("REQ_MIC", oak);
    for (const one of all) one.expect(`HAND_UP ${both(bob)}`);
    assert.equal(roster.handRank(OAK, bob.uid), 0);
    assert.deepEqual(chat.voice, []);

    const dan = await chat.signOn("Dan");
    await dan.send("ROOM_JOIN", `${oak} 0000 0000082a`);
    assert.ok(dan.take().some((line) => line.includes("7265713d31c8")));
    chat.forget();
    await bob.send("UNREQ_MIC", oak);
    for (const one of all) one.expect(`HAND_DOWN ${both(bob)}`);
  }));

Deno.test("REMOVE_ALL_HANDS lowers every hand, and sends nothing twice", () =>
  withChat(async (chat) => {
    const { adam, bob, cat, all } = await room(chat);
    await cat.send("REQ_MIC", oak);
    await bob.send("REQ_MIC", oak);
    chat.forget();
    await bob.send("REMOVE_ALL_HANDS", oak);
    bob.expect("FEEDBACK fe82 0001 'Only admins of the room may do that.'");
    await adam.send("REMOVE_ALL_HANDS", oak);
    await adam.send("REMOVE_ALL_HANDS", oak);
    for (const one of all) {
      one.expect(`HAND_DOWN ${both(cat)}`, `HAND_DOWN ${both(bob)}`);
    }
  }));

Deno.test("RED_DOT and UNRED_DOT of one member reach all, and voice", () =>
  withChat(async (chat) => {
    const { adam, bob, all, speakers } = await room(chat);
    await bob.send("RED_DOT", both(adam));
    bob.expect("FEEDBACK fe83 0001 'Only admins of the room may do that.'");
    await adam.send("RED_DOT", both(bob));
    for (const one of all) one.expect(`RED_DOT_ON ${both(bob)}`);
    assert.deepEqual(chat.voice, [POLICY]);
    assert.deepEqual(speakers(), ["Adam", "Cat"]);
    await adam.send("UNRED_DOT", both(bob));
    for (const one of all) one.expect(`RED_DOT_OFF ${both(bob)}`);
    assert.deepEqual(speakers(), ["Adam", "Bob", "Cat"]);
  }));

Deno.test("RED_DOT and UNRED_DOT of FFFFFFFF mean everybody, admins included", () =>
  withChat(async (chat) => {
    const { adam, all, speakers } = await room(chat);
    await adam.send("RED_DOT", `${oak} ffffffff`);
    for (const one of all) one.expect(`RED_DOT_ON ${oak} ffffffff`);
    assert.deepEqual(speakers(), []);
    await adam.send("UNRED_DOT", `${oak} ffffffff`);
    for (const one of all) one.expect(`RED_DOT_OFF ${oak} ffffffff`);
    assert.deepEqual(speakers(), ["Adam", "Bob", "Cat"]);
  }));

Deno.test("RED_DOT and TOGGLE_ALL_MICS for everybody spare those above", () =>
  withChat(async (chat) => {
    const olga = chat.addUser("Olga");
    const { adam, bob } = await room(chat, { owner: olga.uid });
    const owner = await chat.signOn("Olga");
    const boss = await chat.signOn("Boss", { role: "superadmin" });
    await joinAll(chat, OAK, owner, boss);
    const roster = voiceRoster(chat.world, () => chat.services.settings, {
      onLinkLost() {},
      onTalk() {},
    });
    await adam.send("RED_DOT_AFFECTS_TEXT", `${oak} 0001`);
    chat.forget();
    await adam.send("RED_DOT", `${oak} ffffffff`);
    bob.expect(
      `RED_DOT_ON ${oak} ffffffff`,
      `RED_DOT_OFF ${both(owner)}`,
      `RED_DOT_OFF ${both(boss)}`,
    );
    chat.forget();
    assert.equal(roster.maySpeak(OAK, bob.uid), false);
    for (const one of [owner, boss]) {
      assert.equal(roster.maySpeak(OAK, one.uid), true);
      await one.send("ROOM_MESSAGE_OUT", `${oak} 'calm down'`);
      bob.expect(`ROOM_MESSAGE_IN ${both(one)} 'calm down'`);
      chat.forget();
    }
    await adam.send("TOGGLE_ALL_MICS", `${oak} 0000`);
    assert.equal(roster.maySpeak(OAK, owner.uid), false);
    assert.equal(roster.maySpeak(OAK, boss.uid), true);
    bob.expect(
      `MICS_TOGGLED ${oak} 0000 ${u32(adam.uid)}`,
      `RED_DOT_OFF ${both(boss)}`,
    );
  }));

Deno.test("an admin who lets red dots affect text does not silence the owner", () =>
  withChat(async (chat) => {
    const olga = chat.addUser("Olga");
    const { adam, bob } = await room(chat, { owner: olga.uid });
    const owner = await chat.signOn("Olga");
    await joinAll(chat, OAK, owner);
    await owner.send("RED_DOT", `${oak} ffffffff`);
    await adam.send("RED_DOT_AFFECTS_TEXT", `${oak} 0001`);
    chat.forget();
    await owner.send("ROOM_MESSAGE_OUT", `${oak} 'still here'`);
    bob.expect(`ROOM_MESSAGE_IN ${both(owner)} 'still here'`);
    await bob.send("ROOM_MESSAGE_OUT", `${oak} 'me too'`);
    bob.expect(
      `ROOM_MESSAGE_IN ${oak} 00000000 ` +
        "'You have a red dot and cannot write here.'",
    );
  }));

Deno.test("a red dot that staff gave is lifted by staff only, nor by leaving", () =>
  withChat(async (chat) => {
    const olga = chat.addUser("Olga");
    const { adam, bob, cat } = await room(chat, { owner: olga.uid });
    const owner = await chat.signOn("Olga");
    const guard = await chat.signOn("Guard", { role: "moderator" });
    await joinAll(chat, OAK, owner, guard);
    const roster = voiceRoster(chat.world, () => chat.services.settings, {
      onLinkLost() {},
      onTalk() {},
    });
    const silent = () => assert.equal(roster.maySpeak(OAK, owner.uid), false);
    await guard.send("RED_DOT", both(owner));
    for (const one of [owner, adam]) {
      chat.forget();
      await one.send("UNRED_DOT", both(owner));
      one.expect(
        "FEEDBACK fe73 0001 " +
          "'Staff did this: only staff of that rank may lift it.'",
      );
      silent();
      await one.send("UNRED_DOT", `${oak} ffffffff`);
      one.expect(
        `RED_DOT_OFF ${oak} ffffffff`,
        `RED_DOT_ON ${both(owner)}`,
      );
      silent();
    }
    const all = [adam, bob, cat, owner, guard];
    for (const one of all) await one.send("ROOM_LEAVE", oak);
    await joinAll(chat, OAK, ...all);
    silent();
    await guard.send("UNRED_DOT", both(owner));
    assert.equal(roster.maySpeak(OAK, owner.uid), true);
  }));

Deno.test("RED_DOT stays on a user who leaves and returns", () =>
  withChat(async (chat) => {
    const { adam, bob, speakers } = await room(chat);
    await adam.send("RED_DOT", both(bob));
    await bob.send("ROOM_LEAVE", oak);
    chat.forget();
    await bob.send("ROOM_JOIN", `${oak} 0000 0000082a`);
    // Adam's record says mic=0.
    assert.ok(adam.take()[0]!.includes("6d69633d30"));
    assert.deepEqual(speakers(), ["Adam", "Cat"]);
  }));

Deno.test("RED_DOT does not affect the owner or an absent user", () =>
  withChat(async (chat) => {
    const { adam } = await room(chat);
    const guard = await chat.signOn("Guard", { role: "moderator" });
    await joinAll(chat, OAK, guard);
    await adam.send("RED_DOT", both(guard));
    adam.expect("FEEDBACK fe83 0001 'You cannot do this to Guard.'");
    await adam.send("RED_DOT", `${oak} 000fffff`);
    adam.expect("FEEDBACK fe83 0001 'This user is not in the room.'");
    guard.expect();
  }));

Deno.test("TOGGLE_ALL_MICS names and spares only the admin, and is idempotent", () =>
  withChat(async (chat) => {
    const { adam, all, speakers } = await room(chat);
    for (const _ of [1, 2]) {
      await adam.send("TOGGLE_ALL_MICS", `${oak} 0000`);
      for (const one of all) {
        one.expect(`MICS_TOGGLED ${oak} 0000 ${u32(adam.uid)}`);
      }
      assert.deepEqual(speakers(), ["Adam"]);
    }
    await adam.send("TOGGLE_ALL_MICS", `${oak} 0001`);
    for (const one of all) {
      one.expect(`MICS_TOGGLED ${oak} 0001 ${u32(adam.uid)}`);
    }
    assert.deepEqual(speakers(), ["Adam", "Bob", "Cat"]);
  }));

Deno.test("TOGGLE_ALL_MICS on keeps red dots, and reports it", () =>
  withChat(async (chat) => {
    const { adam, bob, speakers } = await room(chat);
    await adam.send("RED_DOT", both(bob));
    chat.forget();
    await adam.send("TOGGLE_ALL_MICS", `${oak} 0001`);
    bob.expect(
      `MICS_TOGGLED ${oak} 0001 ${u32(adam.uid)}`,
      `RED_DOT_ON ${both(bob)}`,
    );
    assert.deepEqual(speakers(), ["Adam", "Cat"]);
  }));

Deno.test("UNRED_DOT gives the microphone in a room that gives none to newcomers", () =>
  withChat(async (chat) => {
    const { adam, bob, cat, speakers } = await room(chat);
    await adam.send("NEW_USERS_MIC", `${oak} 0000`);
    for (const one of [bob, cat]) {
      await one.send("ROOM_LEAVE", oak);
      await one.send("ROOM_JOIN", `${oak} 0000 0000082a`);
    }
    assert.deepEqual(speakers(), ["Adam"]);
    await adam.send("UNRED_DOT", both(cat));
    assert.deepEqual(speakers(), ["Adam", "Cat"]);
  }));

Deno.test("IGNORE_MEMBER keeps one voice from one listener", () =>
  withChat(async (chat) => {
    const { adam, bob, cat, roster } = await room(chat);
    await cat.send("IGNORE_MEMBER", `${both(bob)} 0001`);
    assert.deepEqual(chat.voice, [POLICY]);
    assert.equal(roster.hears(OAK, cat.uid, bob.uid), false);
    assert.equal(roster.hears(OAK, adam.uid, bob.uid), true);
    await cat.send("IGNORE_MEMBER", `${both(bob)} 0000`);
    assert.equal(roster.hears(OAK, cat.uid, bob.uid), true);
    for (const one of [adam, bob, cat]) one.expect();
  }));

Deno.test("BLOCK_BUDDY keeps the blocked one's voice and lines away", () =>
  withChat(async (chat) => {
    const { adam, bob, cat, roster } = await room(chat);
    await cat.send("BLOCK_BUDDY", u32(bob.uid));
    assert.equal(roster.hears(OAK, cat.uid, bob.uid), false);
    await bob.send("ROOM_MESSAGE_OUT", `${oak} 'hello'`);
    cat.expect();
    adam.expect(`ROOM_MESSAGE_IN ${both(bob)} 'hello'`);
    bob.expect();
  }));

Deno.test("in a room of queued hands a speaker's hand goes down after their turn", () =>
  withChat(async (chat) => {
    const { bob, cat, all, roster } = await room(chat);
    const oakRoom = chat.world.rooms.get(OAK)!;
    oakRoom.floorMode = "queue";
    await bob.send("REQ_MIC", oak);
    await cat.send("REQ_MIC", oak);
    assert.equal(roster.handRank(OAK, cat.uid), 1);
    chat.forget();
    chat.act((ctx) => takeTurn(ctx, OAK, bob.uid));
    for (const one of all) one.expect(`HAND_DOWN ${both(bob)}`);
    assert.equal(roster.handRank(OAK, cat.uid), 0);

    oakRoom.floorMode = "pause";
    chat.act((ctx) => takeTurn(ctx, OAK, cat.uid));
    cat.expect();
  }));

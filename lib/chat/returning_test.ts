import assert from "node:assert/strict";
import { GRACE_MS } from "../domain/expected.ts";
import {
  beginHandover,
  handoverOf,
  readHandover,
  takeOver,
} from "../domain/handover.ts";
import { endOfGrace } from "./returning.ts";
import { hex } from "../protocol/bytes.ts";
import { encodeText } from "../protocol/windows1252.ts";
import {
  joinAll,
  OAK,
  TestChat,
  u32,
  withChat,
} from "../../tests/support/chat/test_chat.ts";

/** A chat side on the same store, which has taken over from the first. */
function successor(chat: TestChat): TestChat {
  const text = JSON.stringify(handoverOf(chat.world, chat.now));
  const handover = readHandover(JSON.parse(text), chat.now);
  assert.ok(handover);
  const next = new TestChat(chat.store);
  takeOver(next.world, next.store, handover, next.now);
  return next;
}

const lines = (frames: readonly string[]) =>
  frames.filter((frame) => /^ROOM_MESSAGE_IN .{8}000f/.test(frame));

Deno.test("at most 200 lines of a room are kept for those who return", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    await joinAll(chat, OAK, ann, bob);
    const next = successor(chat);
    const back = await next.signOn("Ann");
    await back.send("ROOM_JOIN", `${u32(OAK)} 0000 0000082a`);
    for (let i = 0; i < 210; i++) {
      await back.send("ROOM_MESSAGE_OUT", `${u32(OAK)} 'line ${i}'`);
    }
    const late = await next.signOn("Bob");
    await late.send("ROOM_JOIN", `${u32(OAK)} 0000 0000082a`);
    assert.equal(lines(late.take()).length, 200);
    // Once: a second rejoin brings nothing again.
    await late.send("ROOM_LEAVE", u32(OAK));
    await late.send("ROOM_JOIN", `${u32(OAK)} 0000 0000082a`);
    assert.deepEqual(lines(late.take()), []);
  }));

Deno.test("after two minutes those who did not return are gone", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    await ann.send("ADD_PAL", u32(bob.uid));
    await joinAll(chat, OAK, ann, bob);
    const next = successor(chat);
    const back = await next.signOn("Ann", { take: false });
    assert.ok(back.take().includes(`STATUS_CHANGE ${u32(bob.uid)}0000001e`));
    await back.send("ROOM_JOIN", `${u32(OAK)} 0000 0000082a`);
    assert.ok(!back.takeNames().includes("ROOM_USER_LEFT"), "still expected");
    next.now += GRACE_MS - 1;
    next.act(endOfGrace);
    back.expect();
    next.now += 1;
    next.act(endOfGrace);
    back.expect(
      `STATUS_CHANGE ${u32(bob.uid)} 00000000`,
      `ROOM_USER_LEFT ${u32(OAK)} ${u32(bob.uid)}`,
    );
  }));

Deno.test("a room's texts, red dots, offices and lock are handed over", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    await ann.send("ROOM_CREATE", "0000 0000 7542 0000082a 'GDen' 0a 'tiger'");
    const room = chat.world.roomByName("Den")!;
    await bob.send("ROOM_JOIN", `${u32(room.gid)} 0000 0000082a 'tiger'`);
    await ann.send("RED_DOT", `${u32(room.gid)} ${u32(bob.uid)}`);
    await ann.send("ROOM_BANNER_MESSAGE", `${u32(room.gid)} 'Topic'`);
    const den = successor(chat).world.roomByName("Den")!;
    assert.deepEqual(
      [den.gid, den.lockword, den.owner, den.banner, [...den.redDots.keys()]],
      [room.gid, "tiger", ann.uid, "Topic", [bob.uid]],
    );
    assert.ok(den.isWaiting && den.lost.has(bob.uid));
  }));

Deno.test("lines and whispers of the last moments go to the next server", () =>
  withChat(async (chat) => {
    const [ann, bob, cat] = await chat.signOnAll("Ann", "Bob", "Cat");
    await joinAll(chat, OAK, ann, bob, cat);
    beginHandover(chat.world, chat.now);
    await ann.send("ROOM_MESSAGE_OUT", `${u32(OAK)} 'to all'`);
    await ann.send("ROOM_MESSAGE_OUT", `${u32(OAK)} '/w Cat: psst'`);
    await cat.send("ROOM_LEAVE", u32(OAK));
    await cat.send("ROOM_JOIN", `${u32(OAK)} 0000 0000082a`);
    const next = successor(chat);
    for (
      const [name, wanted] of [["Bob", ["to all"]], [
        "Cat",
        ["to all", "Start Whisper ***** psst"],
      ], ["Ann", []]] as const
    ) {
      const back = await next.signOn(name);
      await back.send("ROOM_JOIN", `${u32(OAK)} 0000 0000082a`);
      const frames = back.take();
      const heard = lines(frames);
      assert.equal(heard.length, wanted.length, name);
      wanted.forEach((text, i) =>
        assert.ok(heard[i]!.includes(hex(encodeText(text))), heard[i])
      );
      if (name !== "Bob") continue;
      // Ann is not back: without a record her line would have no name.
      const shown = frames.findIndex((frame) =>
        frame.startsWith("ROOM_USER_JOINED") &&
        frame.includes(hex(encodeText("nickname=Ann")))
      );
      assert.ok(shown >= 0 && shown < frames.indexOf(heard[0]!));
      assert.ok(!frames.slice(shown).some((one) => /_LEFT/.test(one)));
    }
  }));

Deno.test("a second restart keeps what the first one still waits for", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    await joinAll(chat, OAK, ann, bob);
    const second = successor(chat);
    const back = await second.signOn("Ann");
    await back.send("ROOM_JOIN", `${u32(OAK)} 0000 0000082a`);
    await back.send("ROOM_MESSAGE_OUT", `${u32(OAK)} 'one'`);
    beginHandover(second.world, second.now);
    await back.send("ROOM_MESSAGE_OUT", `${u32(OAK)} 'two'`);
    const third = successor(second);
    assert.equal(third.world.statusOf(bob.uid, ann.uid), 0x1e);
    const late = await third.signOn("Bob");
    await late.send("ROOM_JOIN", `${u32(OAK)} 0000 0000082a`);
    assert.equal(lines(late.take()).length, 2);
  }));

Deno.test("a direct message of the last moments waits for its receiver", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    beginHandover(chat.world, chat.now);
    chat.world.online.get(bob.uid)!.phase = "gone";
    await ann.send("IM_OUT", `${u32(bob.uid)} 'late'`);
    const waiting = chat.store.messages.waiting(bob.uid);
    assert.deepEqual(waiting.map(({ from }) => from), [ann.uid]);
  }));

Deno.test("readHandover() ignores old or damaged files", () => {
  const now = Date.UTC(2002, 6, 31);
  const good = { version: 1, at: now, people: [], rooms: [] };
  assert.ok(readHandover(good, now));
  for (
    const bad of [
      undefined,
      [],
      { ...good, version: 2 },
      { ...good, people: [{ uid: "x", status: 0 }] },
      { ...good, rooms: [{ gid: 70000 }] },
      { ...good, at: now - 600_001 },
    ]
  ) assert.equal(readHandover(bad, now), undefined);
});

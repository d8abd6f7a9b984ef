import assert from "node:assert/strict";
import { unhex } from "../protocol/bytes.ts";
import { decodeText } from "../protocol/windows1252.ts";
import { accountChanged } from "./account_changed.ts";
import { WordFilter } from "../domain/word_filter.ts";
import type { WordAction } from "../domain/moderation.ts";
import {
  joinAll,
  OAK,
  type TestChat,
  u32,
  withChat,
} from "../../tests/support/chat/test_chat.ts";

const oak = u32(OAK);

async function party(chat: TestChat, slowSeconds = 0) {
  const olga = chat.addUser("Olga");
  chat.changeRoom(OAK, { owner: olga.uid, slowSeconds });
  const [admin, ann, bob] = await chat.signOnAll("Olga", "Ann", "Bob");
  await joinAll(chat, OAK, admin, ann, bob);
  const say = async (from: typeof ann, text: string) => {
    await from.send("ROOM_MESSAGE_OUT", `${oak} '${text}'`);
    return bob.takeNames().length;
  };
  return { admin, ann, bob, say };
}

function list(chat: TestChat, words: Record<string, WordAction>): void {
  chat.world.words = new WordFilter(
    Object.entries(words).map(([word, action]) => ({
      word,
      action,
      by: "x",
      at: 0,
    })),
  );
}

Deno.test("slow mode lets a member write once per interval, and admins always", () =>
  withChat(async (chat) => {
    const { admin, ann, say } = await party(chat, 10);
    assert.equal(await say(ann, "one"), 1);
    chat.now += 4000;
    assert.equal(await say(ann, "two"), 0);
    ann.expect(
      `ROOM_MESSAGE_IN ${oak} 00000000 'This room is in slow mode: one line ` +
        "in 10 seconds. You can write again in 6.'",
    );
    // Leaving and coming back does not help.
    await ann.send("ROOM_LEAVE", oak);
    await ann.send("ROOM_JOIN", `${oak} 0000 0000082a`);
    chat.forget();
    assert.equal(await say(ann, "two"), 0);
    for (const text of ["a", "b"]) assert.equal(await say(admin, text), 1);
    chat.now += 6000;
    assert.equal(await say(ann, "two"), 1);
  }));

Deno.test("the list of words refuses, masks and flags, also whispers and topics", () =>
  withChat(async (chat) => {
    const { admin, ann, bob, say } = await party(chat);
    const guard = await chat.signOn("Guard", { role: "moderator" });
    chat.forget();
    list(chat, { darn: "mask", spam: "refuse", buy: "flag" });
    await ann.send("ROOM_MESSAGE_OUT", `${oak} '<pb>da</pb>rn it'`);
    bob.expect(
      `ROOM_MESSAGE_IN ${oak} ${u32(ann.uid)} '<pb>**</pb>** it'`,
    );
    for (const text of ["Spam!", "/w Bob: spam"]) {
      assert.equal(await say(ann, text), 0);
      assert.deepEqual(ann.takeNames(), ["ROOM_MESSAGE_IN"]);
    }
    chat.forget();
    await admin.send("ROOM_BANNER_MESSAGE", `${oak} 'spam here'`);
    assert.deepEqual(admin.takeNames(), ["FEEDBACK"]);
    bob.expect();
    chat.forget();
    assert.equal(await say(ann, "buy now"), 1);
    assert.equal(await say(ann, "buy again"), 1);
    assert.equal(guard.takeNames().length, 1);
    const found = chat.store.complaints.list();
    assert.deepEqual(
      found.map(({ about, text, reporter }) => [about, reporter, text]),
      [[ann.uid, null, 'Flagged for "buy": buy now']],
    );
    chat.store.accounts.update(ann.uid, { role: "moderator" });
    chat.act((ctx) => accountChanged(ctx, ann.uid));
    chat.forget();
    assert.equal(await say(ann, "spam is a word that staff may write"), 1);
  }));

const DARN = "Your line was not sent: it has a word that is not wanted here.";

Deno.test("the list of words applies to private messages if the host has set that", async () => {
  const send = async (on: boolean) => {
    let heard = "";
    await withChat(async (chat) => {
      chat.addUser("Guard", { role: "moderator" });
      const [ann, bob, guard] = await chat.signOnAll("Ann", "Bob", "Guard");
      list(chat, { darn: "refuse", heck: "mask", meet: "flag" });
      const say = async (to: typeof bob, text: string) => {
        await ann.send("IM_OUT", `${u32(to.uid)} '${text}'`);
        return to.take().length;
      };
      heard += await say(bob, "darn");
      if (on) ann.expect(`FEEDBACK ffec 0001 '${DARN}'`);
      heard += await say(guard, "darn");
      await ann.send("IM_OUT", `${u32(bob.uid)} 'oh heck'`);
      const read = decodeText(unhex(bob.take()[0]!.split(" ")[1]!));
      assert.equal(read.endsWith(on ? "oh ****" : "oh heck"), true, read);
      heard += await say(bob, "meet me");
      assert.equal(chat.store.complaints.list().length, on ? 1 : 0);
    }, { "moderation.words_in_messages": on });
    return heard;
  };
  assert.equal(await send(false), "111");
  assert.equal(await send(true), "011");
});

Deno.test("names of rooms have no listed word, unless the host allows it", async () => {
  const opens = async (on: boolean) => {
    let made: unknown;
    await withChat(async (chat) => {
      const ann = await chat.signOn("Ann");
      chat.store.words.set({ word: "darn", action: "mask", by: "x", at: 0 });
      await ann.send(
        "ROOM_CREATE",
        "0003 0000 7542 0000082a 'GD\u00e4rn room'",
      );
      made = chat.world.roomByName("D\u00e4rn room");
    }, { "moderation.words_in_names": on });
    return made !== undefined;
  };
  assert.equal(await opens(true), false);
  assert.equal(await opens(false), true);
});

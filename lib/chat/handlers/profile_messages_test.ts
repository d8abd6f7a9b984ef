import assert from "node:assert/strict";
import {
  type TestClient,
  u32,
  withChat,
} from "../../../tests/support/chat/test_chat.ts";

const message = (from: TestClient, to: number, text = "'hello'") =>
  `${u32(from.uid)} 00000007 ${u32(to)} 00000009 ${text}`;

Deno.test("PALPROFILE_MESSAGE reaches an online receiver unchanged, and once", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    const text = "'caf' e9 c8 00";
    await ann.send("PALPROFILE_MESSAGE", message(ann, bob.uid, text));
    bob.expect(`PALPROFILE_IN ${message(ann, bob.uid, text)}`);
    ann.expect();
    await bob.send("GET_PALPROFILE_MESSAGES");
    bob.expect();
    // The client may ask who the sender is.
    await bob.send("REQUEST_USER", u32(ann.uid));
    assert.deepEqual(bob.takeNames(), ["USER_INFO", "STATUS_CHANGE"]);
  }));

Deno.test("PALPROFILE_MESSAGE to an offline user waits for GET_PALPROFILE_MESSAGES", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    const { uid } = chat.addUser("Bob");
    const sent = Array.from({ length: 60 }, (_, i) => `'message ${i}'`);
    for (const text of sent) {
      await ann.send("PALPROFILE_MESSAGE", message(ann, uid, text));
    }
    const bob = await chat.signOn("Bob", { take: false });
    assert.ok(!bob.takeNames().includes("PALPROFILE_IN"));
    await bob.send("GET_PALPROFILE_MESSAGES");
    bob.expect(
      ...sent.map((text) => `PALPROFILE_IN ${message(ann, uid, text)}`),
    );
    assert.equal(chat.store.profileMessages.count(uid), 0);
  }));

Deno.test("PALPROFILE_MESSAGE under another's number, too long or to nobody is refused", () =>
  withChat(async (chat) => {
    const [ann, bob, cat] = await chat.signOnAll("Ann", "Bob", "Cat");
    const cases = [
      [message(cat, bob.uid), "This is not your own profile."],
      [
        message(ann, bob.uid, `'${"x".repeat(1501)}'`),
        "Your message is too long.",
      ],
      [message(ann, 1000001), "There is no such user."],
      [message(ann, 4711), "There is no such user."],
    ] as const;
    for (const [bytes, sentence] of cases) {
      await ann.send("PALPROFILE_MESSAGE", bytes);
      ann.expect(`FEEDBACK ffe6 0001 '${sentence}'`);
    }
    await ann.send("PALPROFILE_MESSAGE", "000f4242");
    assert.ok(chat.logged("malformed packet ignored"));
    bob.expect();
  }));

Deno.test("PALPROFILE_MESSAGE heeds blocks and privacy, online and offline", () =>
  withChat(async (chat) => {
    const [ann, bob, cat] = await chat.signOnAll("Ann", "Bob", "Cat");
    await bob.send("BLOCK_BUDDY", u32(ann.uid));
    await cat.send("SET_PRIVACY", "'P'");
    for (const online of [true, false]) {
      if (!online) [bob, cat].forEach((client) => client.hangUp());
      await ann.send("PALPROFILE_MESSAGE", message(ann, bob.uid));
      await ann.send("PALPROFILE_MESSAGE", message(ann, cat.uid));
      ann.expect("FEEDBACK ffe6 0001 'Cat takes messages from pals only.'");
    }
    assert.equal(chat.store.profileMessages.count(bob.uid), 0);
  }));

Deno.test("profile messages have the limit of the mailbox", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    const { uid } = chat.addUser("Bob");
    for (let i = 0; i < 2; i++) {
      await ann.send("PALPROFILE_MESSAGE", message(ann, uid));
    }
    ann.expect("FEEDBACK ffe6 0001 'Bob has too many messages waiting.'");
  }, { "limits.offline_messages_per_user": 1 }));

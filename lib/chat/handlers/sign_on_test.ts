import { minuteText } from "../../ops/local_time.ts";
import assert from "node:assert/strict";
import { encodeDigits } from "../../protocol/challenge.ts";
import { encodeText } from "../../protocol/windows1252.ts";
import {
  joinAll,
  OAK,
  PASSWORD,
  type TestChat,
  type TestClient,
  u32,
  withChat,
} from "../../../tests/support/chat/test_chat.ts";

const KEY = "SERVER_KEY 587946a6 '551473312518'";
const WRONG = "FEEDBACK fb84 0001 " +
  "'Your nickname or password is not right. Please try again.'";

function loginOf(uid: number, password = PASSWORD, offset = 42): string {
  return `${u32(uid)} '${encodeDigits(encodeText(password), offset, 1)}'`;
}

/** Opens a connection that has just received its key. */
async function withKey(
  chat: TestChat,
  uid: number,
  version = 71,
): Promise<TestClient> {
  const client = chat.connect();
  client.session.clientVersion = version;
  await client.send("CLIENT_HELLO", u32(uid));
  await client.send("LYMERICK", `${u32(uid)} 00000001 0000`);
  return client;
}

Deno.test("CLIENT_HELLO is answered with and without a uid", () =>
  withChat(async (chat) => {
    for (const bytes of ["00000000", "000f4242", ""]) {
      const client = chat.connect();
      await client.send("CLIENT_HELLO", bytes);
      client.expect("HELLO 'Hello-From:PaLTALK'");
    }
  }));

Deno.test("CLIENT_HELLO is sent on where the host has moved house", () =>
  withChat(async (chat) => {
    chat.services.redirect = () => ({
      address: "198.51.100.9",
      port: 5001,
    });
    const client = chat.connect();
    for (const _ of ["the first time", "and again"]) {
      await client.send("CLIENT_HELLO", "00000000");
      client.expect("REDIRECT c6336409 1389");
    }
    await client.send("GET_UIN", "00000001 'Ann'");
    client.expect();
  }));

Deno.test("GET_UIN returns the uid of a nickname in any case, 0 for none", () =>
  withChat(async (chat) => {
    const { uid } = chat.addUser("NetStorm", { email: "ned@example.org" });
    const client = chat.connect();
    await client.send("CLIENT_HELLO", "00000000");
    client.take();
    await client.send("GET_UIN", "00000001 'netSTORM'");
    client.expect(`UIN_RESPONSE 'uid=${uid}\nnickname=NetStorm\n'`);
    for (const name of ["Nobody", "Paltalk"]) {
      await client.send("GET_UIN", `00000001 '${name}'`);
      client.expect(`UIN_RESPONSE 'uid=0\nnickname=${name}\n'`);
    }
    await client.send("BYE");
    assert.equal(client.closed, "the client said goodbye");
  }));

Deno.test("a sign-on is answered in the order that the client needs", () =>
  withChat(async (chat) => {
    const bob = await chat.signOn("Bob");
    const eve = chat.addUser("Eve");
    const { uid } = chat.addUser("NetStorm");
    for (const pal of [bob.uid, eve.uid]) {
      chat.store.relations.addPal(uid, pal, chat.now);
    }
    chat.store.relations.addPal(bob.uid, uid, chat.now);
    chat.world.addPal(bob.session, uid);
    chat.store.relations.addBlock(uid, eve.uid, chat.now);
    await bob.send("IM_OUT", `${u32(uid)} 'hello'`);
    await bob.send("AWAY_MODE");
    bob.take();

    const client = await withKey(chat, uid);
    client.expect("HELLO 'Hello-From:PaLTALK'", "LOGIN_NOT_COMPLETE", KEY);
    await client.send("LOGIN", loginOf(uid));
    const answers = client.take();
    assert.deepEqual(answers.map((line) => line.split(" ")[0]), [
      "LOGIN_REPLY",
      "USER_DATA",
      "FEEDBACK",
      "BUDDY_LIST",
      "BLOCKED_BUDDIES",
      "STATUS_CHANGE",
      "STATUS_CHANGE",
      "STATUS_CHANGE",
      "AD_ROTATION",
      "AD_ROTATION",
      "LOGIN_UNKNOWN",
      "CATEGORY_LIST",
      "IM_IN",
    ]);
    assert.equal(answers[0], `LOGIN_REPLY ${u32(uid)}00000001`);
    assert.equal(answers[2], "FEEDBACK fb840000");
    assert.deepEqual(answers.slice(5, 11), [
      "STATUS_CHANGE 000f42410000001e",
      `STATUS_CHANGE ${u32(bob.uid)}00000046`,
      `STATUS_CHANGE ${u32(eve.uid)}00000000`,
      "AD_ROTATION 7fff43",
      "AD_ROTATION 7fff47",
      "LOGIN_UNKNOWN ",
    ]);
    assert.equal(answers[12], `IM_IN ${u32(bob.uid)}68656c6c6f`);
    bob.expect(`STATUS_CHANGE ${u32(uid)} 0000001e`);
  }));

Deno.test("a client of another version gets its own status as well", () =>
  withChat(async (chat) => {
    const { uid } = chat.addUser("Ann");
    const client = await withKey(chat, uid, 83);
    await client.send("LOGIN", loginOf(uid));
    const names = client.take();
    assert.ok(names.includes(`STATUS_CHANGE ${u32(uid)}0000001e`));
  }));

Deno.test("LOGIN with a wrong password or an unknown uid gets the same answer and is closed", () =>
  withChat(async (chat) => {
    const { uid } = chat.addUser("Ann");
    const tries = [
      [uid, loginOf(uid, "wrong123")],
      [uid, `${u32(uid)} 'garbage'`],
      [uid, u32(uid)],
      [1048575, loginOf(1048575)],
      [1000001, loginOf(1000001)],
      [uid, loginOf(1048575)],
    ] as const;
    for (const [about, bytes] of tries) {
      const client = await withKey(chat, about);
      client.take();
      await client.send("LOGIN", bytes);
      client.expect(WRONG);
      assert.equal(client.closed, "sign-on failed: password");
      assert.equal(chat.world.online.size, 0);
    }
  }));

Deno.test("LOGIN of a banned user is answered with the end of the ban and the reason", () =>
  withChat(async (chat) => {
    const { uid } = chat.addUser("Troll");
    const ban = { kind: "account", target: String(uid), by: "cli" } as const;
    chat.store.bans.add({
      ...ban,
      reason: "Be kind.",
      at: chat.now,
      until: chat.now + 3_600_000,
    });
    const client = await withKey(chat, uid);
    client.take();
    await client.send("LOGIN", loginOf(uid));
    client.expect(
      "FEEDBACK fb84 0001 " +
        `'You are banned until ${
          minuteText(Date.UTC(2002, 6, 31, 13))
        }. Reason: Be kind.'`,
    );
    chat.now += 3_600_001;
    await chat.signOn("Troll");
  }));

Deno.test("a second sign-on ends the first with a sentence, out of its rooms", () =>
  withChat(async (chat) => {
    const [ann, bob] = await chat.signOnAll("Ann", "Bob");
    await joinAll(chat, OAK, ann, bob);
    const again = await chat.signOn("Ann");
    ann.expect(
      "FEEDBACK fb84 0001 'You have signed on from another place.'",
    );
    assert.equal(ann.closed, "replaced");
    bob.expect(`ROOM_USER_LEFT ${u32(OAK)} ${u32(ann.uid)}`);
    assert.equal(chat.world.online.get(again.uid), again.session);
    // Packets that the old connection still sends are ignored.
    await ann.send("IM_OUT", `${u32(bob.uid)} 'ghost'`);
    bob.expect();
  }));

Deno.test("the literal key is followed by one that can be read", () =>
  withChat(async (chat) => {
    const { uid } = chat.addUser("Ann");
    const client = await withKey(chat, uid);
    client.expect(
      "HELLO 'Hello-From:PaLTALK'",
      "LOGIN_NOT_COMPLETE",
      "SERVER_KEY 587946a6 '164473312518'",
    );
    await client.send("LOGIN", `${u32(uid)} '1234123412341234'`);
    client.expect(KEY);
    await client.send("LOGIN", loginOf(uid));
    assert.equal(client.takeNames()[1], "USER_DATA");
  }, { "auth.send_literal_key_first": true }));

Deno.test("SESSION_STATS is a statistic, KEEPALIVE a sign of life: both are silent", () =>
  withChat(async (chat) => {
    const ann = await chat.signOn("Ann");
    await ann.send("SESSION_STATS", "00000001 00000000 00000000 00000002");
    await ann.send("KEEPALIVE");
    await ann.send("VIDEO_KEEPALIVE");
    ann.expect();
    assert.equal(ann.closed, undefined);
    assert.equal(ann.session.phase, "online");
  }));

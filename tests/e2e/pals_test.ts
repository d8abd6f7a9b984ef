import assert from "node:assert/strict";
import { SERVER_TYPES } from "../../lib/protocol/packet_types.ts";
import { userProfileUpdate } from "../../lib/protocol/packets/directory.ts";
import {
  imIn,
  newStyleIm,
  userInfo,
} from "../../lib/protocol/packets/messages.ts";
import {
  blockedBuddies,
  buddyList,
  getBlocked,
  STATUS,
  statusChange,
} from "../../lib/protocol/packets/pals.ts";
import { decodeText, encodeText } from "../../lib/protocol/windows1252.ts";
import type { PaltalkClient } from "../../lib/client/mod.ts";
import { TestServer } from "../support/server.ts";

const ANN = 1000002;
const BOB = 1000003;
const CAT = 1000004;

/** Waits until `client` is told that `uid` has this status. */
function sees(client: PaltalkClient, uid: number, status: number) {
  return client.expect(
    statusChange,
    (change) => change.uid === uid && change.status === status,
  );
}

/** Returns the statuses of `uid` that `client` has received and not taken. */
async function toldOf(client: PaltalkClient, uid: number): Promise<number[]> {
  await client.settle();
  const told: number[] = [];
  for (const { type, payload } of client.connection.inbox.drain()) {
    const change = statusChange.parse(payload);
    if (type === statusChange.type && "uid" in change && change.uid === uid) {
      told.push(change.status);
    }
  }
  return told;
}

Deno.test("a pal is seen coming, going away, coming back and leaving", async () => {
  await using server = await TestServer.start({ users: ["Ann", "Bob"] });
  await using ann = await server.signOn("Ann");
  const record = await ann.people.addPal(BOB);
  assert.equal(record.nickname, "Bob");
  await sees(ann, BOB, STATUS.offline);

  await using bob = await server.signOn("Bob");
  await sees(ann, BOB, STATUS.online);
  await bob.people.away("at lunch");
  await sees(ann, BOB, STATUS.away);
  await sees(bob, BOB, STATUS.away);
  await bob.people.back();
  await sees(ann, BOB, STATUS.online);
  await bob.signOff();
  await sees(ann, BOB, STATUS.offline);
});

Deno.test("a line that breaks is seen like a sign-off", async () => {
  await using server = await TestServer.start({ users: ["Ann", "Bob"] });
  await using ann = await server.signOn("Ann");
  await ann.people.addPal(BOB);
  const bob = await server.signOn("Bob");
  await sees(ann, BOB, STATUS.online);
  await bob.close();
  await sees(ann, BOB, STATUS.offline);
});

Deno.test("the pal list and who is on line come with the sign-on", async () => {
  await using server = await TestServer.start({ users: ["Ann", "Bob", "Cat"] });
  const before = await server.signOn("Ann");
  await before.people.addPal(BOB);
  await before.people.addPal(CAT);
  await before.signOff();
  await using bob = await server.signOn("Bob");
  await bob.people.away();
  await bob.settle();

  await using ann = await server.signOn("Ann");
  const pals = await ann.expect(buddyList);
  assert.deepEqual(
    pals.map(({ nickname }) => nickname).sort(),
    ["Bob", "Cat", "Paltalk"],
  );
  await sees(ann, BOB, STATUS.away);
  assert.deepEqual(await toldOf(ann, CAT), [0], "a reconnect needs it");
});

Deno.test("a removed pal is gone at the next sign-on and not reported", async () => {
  await using server = await TestServer.start({ users: ["Ann", "Bob"] });
  await using ann = await server.signOn("Ann");
  await ann.people.addPal(BOB);
  await ann.people.removePal(BOB);
  await toldOf(ann, BOB);
  const { type } = SERVER_TYPES.BUDDY_LIST;
  await using bob = await server.signOn("Bob");
  await bob.settle();
  assert.deepEqual(await toldOf(ann, BOB), []);
  await ann.signOff();
  await using again = await server.signOn("Ann");
  const lists = again.received.filter((frame) => frame.type === type);
  const names = lists.map(({ payload }) => decodeText(payload)).join();
  assert.doesNotMatch(names, /Bob/);
});

Deno.test("a pal keeps to himself what his profile hides", async () => {
  await using server = await TestServer.start({ users: ["Ann", "Bob"] });
  await using bob = await server.signOn("Bob");
  await bob.send(
    userProfileUpdate,
    new Map([
      ["first", "Robert"],
      ["last", "Secret"],
      ["nickname", "Bob"],
      ["email", "bob@example.org"],
      ["uid", String(BOB)],
      ["show_email", "N"],
      ["show_first", "Y"],
      ["show_last", "N"],
    ]),
  );
  await bob.settle();
  await using ann = await server.signOn("Ann");
  const record = await ann.people.addPal(BOB);
  const asked = await ann.people.ask(BOB);
  for (const person of [record, asked]) {
    assert.equal(person.first, "Robert");
    assert.notEqual(person.last, "Secret");
    assert.notEqual(person.email, "bob@example.org");
  }
});

Deno.test("a stranger's first message opens a window with his name", async () => {
  await using server = await TestServer.start({ users: ["Ann", "Bob"] });
  await using ann = await server.signOn("Ann");
  await using bob = await server.signOn("Bob");
  await bob.people.im(ANN, "hello, stranger");
  const first = await ann.expect(newStyleIm);
  assert.deepEqual(
    { ...first, text: decodeText(first.text) },
    {
      uid: BOB,
      nickname: "Bob",
      first: "-",
      last: "-",
      force: true,
      text: "hello, stranger",
    },
  );
  await bob.people.im(ANN, "still me");
  const second = await ann.expect(imIn);
  assert.equal(decodeText(second.text), "still me");
  await ann.people.im(BOB, "hello yourself");
  const answer = await bob.expect(imIn);
  assert.equal(answer.from, ANN);
});

Deno.test("REQUEST_USER is answered for anybody, even for nobody", async () => {
  await using server = await TestServer.start({ users: ["Ann", "Bob"] });
  await using ann = await server.signOn("Ann");
  for (const uid of [BOB, 1000001, 4_000_000]) {
    const person = await ann.people.ask(uid);
    assert.equal(person.uid, uid);
    assert.notEqual(person.nickname, "");
  }
});

Deno.test("a client that has forgotten the sender asks and is told", async () => {
  await using server = await TestServer.start({ users: ["Ann", "Bob"] });
  await using ann = await server.signOn("Ann");
  await using bob = await server.signOn("Bob");
  await bob.people.im(ANN, "one");
  await ann.expect(newStyleIm);
  // The window is closed, so a message is held back again until USER_INFO
  // arrives.
  ann.state.known.clear();
  await bob.people.im(ANN, "two");
  await ann.expect(imIn);
  const person = await ann.expect(userInfo);
  assert.equal(person.nickname, "Bob");
});

Deno.test("messages cross byte for byte, all 256 values of them", async () => {
  await using server = await TestServer.start({ users: ["Ann", "Bob"] });
  await using ann = await server.signOn("Ann");
  await using bob = await server.signOn("Bob");
  await ann.people.im(BOB, "hi");
  await bob.expect(newStyleIm);
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  await ann.people.im(BOB, all);
  const { text, from } = await bob.expect(imIn);
  assert.deepEqual([...text], [...all]);
  assert.equal(from, ANN);
});

Deno.test("who is blocked is heard no more and sees the blocker leave", async () => {
  await using server = await TestServer.start({ users: ["Ann", "Bob"] });
  await using ann = await server.signOn("Ann");
  await using bob = await server.signOn("Bob");
  await bob.people.addPal(ANN);
  await sees(bob, ANN, STATUS.online);
  await ann.people.block(BOB);
  await sees(bob, ANN, STATUS.offline);
  await ann.send(getBlocked, {});
  await ann.expect(blockedBuddies, (people) => people[0]?.uid === BOB);
  await bob.people.im(ANN, "are you there?");
  await bob.settle();
  await ann.settle();
  const { IM_IN, NEW_STYLE_IM } = SERVER_TYPES;
  assert.ok(
    !ann.received.some(({ type }) =>
      type === IM_IN.type || type === NEW_STYLE_IM.type
    ),
  );
  await ann.people.unblock(BOB);
  await sees(bob, ANN, STATUS.online);
  await bob.people.im(ANN, encodeText("and now?"));
  await ann.next(({ type }) =>
    type === IM_IN.type || type === NEW_STYLE_IM.type
  );
});

Deno.test("a search finds by prefix and by exact name, or says that it does not", async () => {
  await using server = await TestServer.start({
    users: ["Ann", "Anna", "Bob"],
  });
  await using bob = await server.signOn("Bob");
  const names = async (...args: Parameters<typeof bob.people.search>) =>
    (await bob.people.search(...args)).map(({ nickname }) => nickname).sort();
  assert.deepEqual(await names({ nickname: "aN" }), ["Ann", "Anna"]);
  assert.deepEqual(await names({ exact: "ANN" }), ["Ann"]);
  assert.deepEqual(await names({ exact: "An" }), []);
  assert.deepEqual(await names({ nickname: "%" }), [], "% is no joker");
  assert.deepEqual(await names({}), []);
});

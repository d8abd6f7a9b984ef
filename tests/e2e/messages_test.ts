import assert from "node:assert/strict";
import {
  imIn,
  newStyleIm,
  profileMessageIn,
  profileMessageOut,
  roomMessageIn,
  userInfo,
} from "../../lib/protocol/packets/messages.ts";
import { requestUser } from "../../lib/protocol/packets/pals.ts";
import { concat } from "../../lib/protocol/bytes.ts";
import { CLIENT_VERSION } from "../../lib/protocol/frame.ts";
import { bye, feedback } from "../../lib/protocol/packets/signon.ts";
import { Malformed } from "../../lib/protocol/layout.ts";
import { decodeText } from "../../lib/protocol/windows1252.ts";
import type { PaltalkClient } from "../../lib/client/mod.ts";
import { TestServer } from "../support/server.ts";

const BOB = 1000003;

/** Returns the texts of all messages received, in order. */
async function messages(client: PaltalkClient): Promise<string[]> {
  await client.settle();
  return texts(client);
}

function texts(client: PaltalkClient): string[] {
  return client.received.flatMap(({ type, payload }) => {
    const packet = type === imIn.type
      ? imIn
      : type === newStyleIm.type
      ? newStyleIm
      : undefined;
    const message = packet?.parse(payload);
    return message === undefined || message instanceof Malformed
      ? []
      : [decodeText(message.text)];
  });
}

Deno.test("messages to somebody absent wait for him, in order, exactly once", async () => {
  await using server = await TestServer.start({ users: ["Ann", "Bob"] });
  await using ann = await server.signOn("Ann");
  const sent = Array.from(
    { length: 60 },
    (_, i) => `message ${i} \u20ac\u00c8`,
  );
  for (const text of sent) await ann.people.im(BOB, text);
  await ann.settle();
  const bob = await server.signOn("Bob");
  assert.deepEqual(await messages(bob), sent);
  await bob.signOff();
  await using again = await server.signOn("Bob");
  assert.deepEqual(await messages(again), []);
});

Deno.test("the sender of each of many waiting messages is told, whatever the rate", async () => {
  await using server = await TestServer.start({
    users: ["Ann", "Bob", "Cat"],
    settings: { "limits.packets_per_second": "30" },
  });
  await using ann = await server.signOn("Ann");
  for (let i = 0; i < 100; i++) {
    // Too long to be sent with the sender's name.
    await ann.people.im(BOB, `message ${i} ${"x".repeat(1500)}`);
    if (i > 20) await new Promise((done) => setTimeout(done, 30));
  }
  await using cat = await server.signOn("Cat");
  await cat.people.im(BOB, `hello ${"x".repeat(1500)}`);
  for (const sender of [ann, cat]) await sender.settle();
  await using bob = await server.signOn("Bob", { reacts: false });
  await messages(bob);
  // The real client asks about the sender of each message that it cannot show
  // yet.
  const askers = [...Array(100).fill(ann.uid), cat.uid];
  for (const uid of askers) bob.strictness.askedFor(uid);
  await bob.connection.sendBytes(
    concat(askers.map((uid) => requestUser.frame({ uid }, CLIENT_VERSION))),
  );
  await bob.expect(userInfo, ({ uid }) => uid === cat.uid);
});

Deno.test("waiting messages survive a restart", async () => {
  const first = await TestServer.start({ users: ["Ann", "Bob"] });
  const ann = await first.signOn("Ann");
  await ann.people.im(BOB, "see you tomorrow");
  await ann.settle();
  assert.equal(await first.stop(), 0);
  await ann.close();
  await using second = await first.restart();
  await using bob = await second.signOn("Bob");
  assert.deepEqual(await messages(bob), ["see you tomorrow"]);
});

Deno.test("a message to nobody is refused with a sentence", async () => {
  await using server = await TestServer.start({ users: ["Ann"] });
  await using ann = await server.signOn("Ann");
  await ann.people.im(4_000_000, "anybody?");
  const { text } = await ann.expect(feedback, ({ code }) => code !== 0);
  assert.match(text, /no such user/i);
});

Deno.test("messages and sign-offs in the same moment are stored or delivered, once", async () => {
  await using server = await TestServer.start({ users: ["Ann", "Bob"] });
  await using ann = await server.signOn("Ann");
  const got: string[] = [];
  const sent: string[] = [];
  for (let round = 0; round < 15; round++) {
    const bob = await server.signOn("Bob");
    const sending = (async () => {
      for (let i = 0; i < 8; i++) {
        sent.push(`${round}.${i}`);
        await ann.people.im(BOB, `${round}.${i}`);
      }
    })();
    await bob.settle();
    // Frames are read until the server has closed the connection.
    await bob.send(bye, {});
    await bob.connection.closed;
    got.push(...texts(bob));
    sent.push(`${round} late`);
    await ann.people.im(BOB, `${round} late`);
    await sending;
  }
  await ann.settle();
  await using bob = await server.signOn("Bob");
  got.push(...await messages(bob));
  assert.deepEqual(got.toSorted(), sent.toSorted());
});

Deno.test("kill -9 in a stream of waiting messages loses none that was accepted and doubles none", async () => {
  const first = await TestServer.start({ users: ["Ann", "Bob"] });
  const ann = await first.signOn("Ann");
  const accepted: string[] = [];
  const sent: string[] = [];
  const stream = (async () => {
    for (let i = 0;; i++) {
      const batch = Array.from({ length: 5 }, (_, j) => `${i}.${j}`);
      for (const text of batch) {
        sent.push(text);
        await ann.people.im(BOB, text);
      }
      // The answer to a request arrives after everything before it was handled.
      await ann.settle();
      accepted.push(...batch);
    }
  })();
  stream.catch(() => {});
  while (accepted.length < 60) await ann.settle();
  await first.kill9();
  await assert.rejects(stream);
  await ann.close();

  await using second = await first.restart();
  const bob = await second.signOn("Bob");
  const got = await messages(bob);
  assert.equal(new Set(got).size, got.length, "none twice");
  assert.deepEqual(got, sent.slice(0, got.length), "in order");
  assert.ok(
    got.length >= accepted.length,
    `${got.length} of ${accepted.length}`,
  );
  await bob.signOff();
  await using again = await second.signOn("Bob");
  assert.deepEqual(await messages(again), [], "delivered once");
});

Deno.test("kill -9 after delivery does not deliver again", async () => {
  const first = await TestServer.start({ users: ["Ann", "Bob"] });
  const ann = await first.signOn("Ann");
  for (const text of ["one", "two", "three"]) await ann.people.im(BOB, text);
  await ann.settle();
  const bob = await first.signOn("Bob");
  assert.deepEqual(await messages(bob), ["one", "two", "three"]);
  // The server has seen that Bob is still reading, so delivered messages are
  // removed from the disk.
  await bob.settle();
  await first.kill9();
  await Promise.all([ann.close(), bob.close()]);
  await using second = await first.restart();
  await using again = await second.signOn("Bob");
  assert.deepEqual(await messages(again), []);
});

Deno.test("a message, room line or profile message without text reaches nobody", async () => {
  await using server = await TestServer.start({ users: ["Ann", "Bob", "Cat"] });
  await using ann = await server.signOn("Ann");
  await using bob = await server.signOn("Bob");
  const [HELP, CAT] = [50002, BOB + 1];
  for (const client of [ann, bob]) await client.rooms.join(HELP);
  await bob.settle();
  bob.received.length = 0;
  const profile = { from: ann.uid, fromProfile: 0, toProfile: 0 };
  for (const to of [BOB, CAT]) {
    await ann.people.im(to, "");
    await ann.send(profileMessageOut, {
      ...profile,
      to,
      text: new Uint8Array(),
    });
  }
  await ann.rooms.say(HELP, "");
  await ann.rooms.say(HELP, "something");
  await ann.settle();
  await bob.settle();
  const shown = [
    imIn.type,
    newStyleIm.type,
    roomMessageIn.type,
    profileMessageIn.type,
  ];
  const got = bob.received.filter(({ type }) => shown.includes(type));
  assert.deepEqual(got.map(({ type }) => type), [roomMessageIn.type]);
  await using cat = await server.signOn("Cat");
  assert.deepEqual(await messages(cat), []);
});

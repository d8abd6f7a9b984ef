import assert from "node:assert/strict";
import { type PaltalkClient, Refused } from "../../lib/client/mod.ts";
import { SERVER_TYPES } from "../../lib/protocol/packet_types.ts";
import {
  banner,
  bannerOut,
  roomMessageIn,
  WELCOME_UID,
} from "../../lib/protocol/packets/messages.ts";
import {
  inviteIn,
  inviteOut,
  roomClose,
  roomClosed,
  roomUserLeft,
} from "../../lib/protocol/packets/rooms.ts";
import { roomUserJoined } from "../../lib/protocol/packets/members.ts";
import { feedback } from "../../lib/protocol/packets/signon.ts";
import { decodeText, encodeText } from "../../lib/protocol/windows1252.ts";
import { TestServer } from "../support/server.ts";

const [ANN, BOB, CAT] = [1000002, 1000003, 1000004];
/** Rooms created at the first start. */
const VOICE = 50001;
const TEXT = 50002;
const HELP = 30003;

const start = () => TestServer.start({ users: ["Ann", "Bob", "Cat"] });

/** Signs on these users, in order. */
function signOn(server: TestServer, ...names: string[]) {
  return Promise.all(names.map((name) => server.signOn(name)));
}

/** Returns the room's entry in the list of its category. */
async function listed(client: PaltalkClient, category: number, gid: number) {
  const { rooms } = await client.rooms.list(category);
  return rooms.find((room) => room.gid === gid);
}

/**
 * Waits until the list, which may be a second old, shows this number of
 * members.
 */
async function listedWith(
  client: PaltalkClient,
  category: number,
  gid: number,
  members: number,
) {
  const deadline = performance.now() + 5000;
  for (;;) {
    const room = await listed(client, category, gid);
    if (room?.members === members) return;
    assert.ok(performance.now() < deadline, `${room?.members} members`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Whether a line comes from a member and not from the server. */
const fromMember = ({ uid }: { uid: number }) =>
  uid !== 0 && uid !== WELCOME_UID;

function has(client: PaltalkClient, type: number): boolean {
  return client.connection.inbox.items.some((frame) => frame.type === type);
}

Deno.test("joining opens the window, shows the others, and tells them", async () => {
  await using server = await start();
  const [ann, bob] = await signOn(server, "Ann", "Bob");
  await using _ann = ann!, _bob = bob!;
  const joined = await ann!.rooms.join(TEXT);
  assert.equal(joined.type, 0);
  assert.equal(joined.admin, false);
  assert.deepEqual([...ann!.state.rooms.get(TEXT)!.members.keys()], [ANN]);

  await bob!.rooms.join(TEXT);
  const members = bob!.state.rooms.get(TEXT)!.members;
  assert.deepEqual([...members.keys()].sort(), [ANN, BOB]);
  assert.equal(members.get(ANN)!.nickname, "Ann");
  const [newcomer] = await ann!.expect(roomUserJoined);
  assert.equal(newcomer!.uid, BOB);
  await listedWith(ann!, HELP, TEXT, 2);

  await bob!.rooms.leave(TEXT);
  assert.deepEqual(await ann!.expect(roomUserLeft), { gid: TEXT, uid: BOB });
  await listedWith(ann!, HELP, TEXT, 1);
});

Deno.test("the client's Welcome box leads into the new user voice group", async () => {
  await using server = await start();
  await using ann = await server.signOn("Ann");
  const joined = await ann.rooms.join(600);
  assert.equal(joined.type, 3);
  assert.equal((await listed(ann, HELP, 600))?.members, 1);
});

Deno.test("room text reaches all others, byte for byte, and never its sender", async () => {
  await using server = await start();
  const [ann, bob, cat] = await signOn(server, "Ann", "Bob", "Cat");
  await using _ann = ann!, _bob = bob!, _cat = cat!;
  for (const client of [ann!, bob!, cat!]) await client.rooms.join(TEXT);
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  await ann!.rooms.say(TEXT, all);
  for (const client of [bob!, cat!]) {
    const line = await client.expect(roomMessageIn, fromMember);
    assert.equal(line.uid, ANN);
    assert.deepEqual([...line.text], [...all]);
  }
  await ann!.settle();
  const own = ann!.received.filter(({ type, payload }) =>
    type === SERVER_TYPES.ROOM_MESSAGE_IN.type && payload.at(-1) === 0xff
  );
  assert.deepEqual(own, []);
});

Deno.test("lines keep their order for every reader", async () => {
  await using server = await start();
  const [ann, bob] = await signOn(server, "Ann", "Bob");
  await using _ann = ann!, _bob = bob!;
  await ann!.rooms.join(TEXT);
  await bob!.rooms.join(TEXT);
  const lines = Array.from({ length: 300 }, (_, i) => `line ${i}`);
  for (const line of lines) await ann!.rooms.say(TEXT, line);
  for (const line of lines) {
    const got = await bob!.expect(roomMessageIn, ({ uid }) => uid === ANN);
    assert.equal(decodeText(got.text), line);
  }
});

Deno.test("text of a room goes to that room only, also for those in several", async () => {
  await using server = await start();
  const [ann, bob] = await signOn(server, "Ann", "Bob");
  await using _ann = ann!, _bob = bob!;
  await ann!.rooms.join(TEXT);
  await ann!.rooms.join(50006);
  await bob!.rooms.join(50006);
  await ann!.rooms.say(TEXT, "for the help desk");
  await ann!.rooms.say(50006, "for bits and bytes");
  const line = await bob!.expect(roomMessageIn, ({ uid }) => uid === ANN);
  assert.equal(line.gid, 50006);
  assert.equal(decodeText(line.text), "for bits and bytes");
});

Deno.test("who is not in the room cannot write there", async () => {
  await using server = await start();
  const [ann, bob] = await signOn(server, "Ann", "Bob");
  await using _ann = ann!, _bob = bob!;
  await bob!.rooms.join(TEXT);
  await ann!.rooms.say(TEXT, "from outside");
  await ann!.settle();
  await bob!.settle();
  assert.ok(
    !bob!.received.some(({ payload }) =>
      decodeText(payload).includes("from outside")
    ),
  );
});

Deno.test("a locked room wants its lockword", async () => {
  await using server = await start();
  await server.run("room", "set", String(TEXT), "--lockword", "tiger");
  await using ann = await server.signOn("Ann");
  assert.equal((await listed(ann, HELP, TEXT))?.locked, true);
  await assert.rejects(ann.rooms.join(TEXT), Refused);
  await assert.rejects(ann.rooms.join(TEXT, { lockword: "lion" }), Refused);
  const joined = await ann.rooms.join(TEXT, { lockword: "tiger" });
  assert.equal(joined.locked, true);
  await ann.rooms.leave(TEXT);
  await ann.rooms.join(TEXT, { lockword: "tiger\0" });
});

Deno.test("a room that is not there is refused with a sentence", async () => {
  await using server = await start();
  await using ann = await server.signOn("Ann");
  for (const gid of [1, 0, 65535, 70000]) {
    await assert.rejects(ann.rooms.join(gid), Refused);
  }
});

Deno.test("a created room is listed, has its creator as admin, and vanishes when empty", async () => {
  await using server = await start();
  const [ann, bob] = await signOn(server, "Ann", "Bob");
  await using _ann = ann!, _bob = bob!;
  const joined = await ann!.rooms.create({
    name: "Caf\u00e9 \u20ac",
    category: HELP,
    rating: "A",
    lockword: "lion",
    type: 0,
  });
  assert.equal(joined.admin, true);
  assert.equal(joined.category, HELP);
  assert.ok(joined.gid >= 1 && joined.gid <= 65535);
  const entry = await listed(bob!, HELP, joined.gid);
  assert.deepEqual(entry, {
    gid: joined.gid,
    name: "Caf\u00e9 \u20ac",
    members: 1,
    voice: 0,
    locked: true,
    rating: "A",
  });
  await bob!.rooms.join(joined.gid, { lockword: "lion" });
  await ann!.rooms.leave(joined.gid);
  await bob!.expect(roomUserLeft);
  await bob!.rooms.leave(joined.gid);
  assert.equal(await listed(bob!, HELP, joined.gid), undefined);
  await assert.rejects(
    bob!.rooms.join(joined.gid, { lockword: "lion" }),
    Refused,
  );
});

Deno.test("a private room is on no list and takes invited people only", async () => {
  await using server = await start();
  const [ann, bob, cat] = await signOn(server, "Ann", "Bob", "Cat");
  await using _ann = ann!, _bob = bob!, _cat = cat!;
  for (const type of [1, 5]) {
    const { gid } = await ann!.rooms.create({
      name: `Private ${type}`,
      category: HELP,
      type,
    });
    assert.equal(await listed(bob!, HELP, gid), undefined);
    await ann!.send(inviteOut, { gid, uid: BOB });
    const invite = await bob!.expect(inviteIn);
    assert.deepEqual(
      { gid: invite.gid, nickname: invite.nickname, first: invite.first },
      { gid, nickname: "Ann", first: "-" },
    );
    await bob!.rooms.join(gid);
    await assert.rejects(cat!.rooms.join(gid), Refused);
    await bob!.rooms.leave(gid);
    await ann!.rooms.leave(gid);
  }
});

Deno.test("an invisible member is on no list, in no count, and is told of to nobody", async () => {
  await using server = await start();
  await server.run("user", "set", "Ann", "--role", "moderator");
  const [ann, bob] = await signOn(server, "Ann", "Bob");
  await using _ann = ann!, _bob = bob!;
  await bob!.rooms.join(TEXT);
  const joined = await ann!.rooms.join(TEXT, { invisible: true }).catch(
    (error) => error,
  );
  assert.equal(joined.invisible, true);
  assert.equal((await listed(bob!, HELP, TEXT))?.members, 1);
  await ann!.rooms.leave(TEXT);
  await ann!.settle();
  await bob!.settle();
  assert.ok(!has(bob!, SERVER_TYPES.ROOM_USER_JOINED.type));
  assert.ok(!has(bob!, SERVER_TYPES.ROOM_USER_LEFT.type));
});

Deno.test("the topic is changed by admins and shown to everybody", async () => {
  await using server = await start();
  await server.run("room", "set", String(TEXT), "--owner", "Ann");
  const [ann, bob] = await signOn(server, "Ann", "Bob");
  await using _ann = ann!, _bob = bob!;
  assert.equal((await ann!.rooms.join(TEXT)).admin, true);
  await bob!.rooms.join(TEXT);
  await bob!.send(bannerOut, { gid: TEXT, text: encodeText("Bob was here") });
  await bob!.expect(feedback, ({ code }) => code !== 0);
  const long = encodeText(`Caf\u00e9 <pb>today</pb> ${"x".repeat(3000)}`);
  await ann!.send(bannerOut, { gid: TEXT, text: long });
  for (const client of [ann!, bob!]) {
    const { text } = await client.expect(
      banner,
      ({ text }) => decodeText(text).startsWith("Caf\u00e9"),
    );
    assert.equal(text.length, 1023);
  }
});

Deno.test("a room that is closed closes for everybody and is gone", async () => {
  await using server = await start();
  const [ann, bob] = await signOn(server, "Ann", "Bob");
  await using _ann = ann!, _bob = bob!;
  const { gid } = await ann!.rooms.create({ name: "Short", category: HELP });
  await bob!.rooms.join(gid);
  await ann!.send(roomClose, { gid });
  for (const client of [ann!, bob!]) {
    await client.expect(roomClosed, (closed) => closed.gid === gid);
    assert.ok(!client.state.rooms.has(gid));
    // The client answers 017C with its own -320, which must be harmless.
    await client.settle();
  }
  assert.equal(await listed(bob!, HELP, gid), undefined);
});

Deno.test("only voice rooms announce where voice is", async () => {
  await using server = await start();
  await using ann = await server.signOn("Ann", { voice: "none" });
  await ann.rooms.join(TEXT);
  await ann.settle();
  const { type } = SERVER_TYPES.ROOM_MEDIA_SERVER;
  assert.ok(!has(ann, type));
  await ann.rooms.join(VOICE);
  await ann.next(type);
  const { address, udpPort, tcpPort } = ann.state.media.get(VOICE)!;
  assert.equal(address, "127.0.0.1");
  assert.equal(udpPort, tcpPort);
  assert.ok(server.voicePorts.includes(tcpPort));
});

Deno.test("a line that breaks empties his places", async () => {
  await using server = await start();
  const [ann, bob] = await signOn(server, "Ann", "Bob");
  await using _ann = ann!;
  await ann!.rooms.join(TEXT);
  await bob!.rooms.join(TEXT);
  await ann!.expect(roomUserJoined);
  await bob!.close();
  assert.deepEqual(await ann!.expect(roomUserLeft), { gid: TEXT, uid: BOB });
});

Deno.test("who is blocked is not read in rooms either", async () => {
  await using server = await start();
  const [ann, bob, cat] = await signOn(server, "Ann", "Bob", "Cat");
  await using _ann = ann!, _bob = bob!, _cat = cat!;
  for (const client of [ann!, bob!, cat!]) await client.rooms.join(TEXT);
  await ann!.people.block(BOB);
  await ann!.settle();
  await bob!.rooms.say(TEXT, "rude");
  await bob!.settle();
  await cat!.rooms.say(TEXT, "polite");
  const line = await ann!.expect(roomMessageIn, fromMember);
  assert.equal(line.uid, CAT);
  const heard = await cat!.expect(roomMessageIn, fromMember);
  assert.equal(decodeText(heard.text), "rude");
});

Deno.test("who is renamed is whispered to by the name on the others' screens", async () => {
  await using server = await start();
  const [ann, bob] = await signOn(server, "Ann", "Bob");
  await using _ann = ann!, _bob = bob!;
  for (const client of [ann!, bob!]) await client.rooms.join(TEXT);
  await server.run("user", "rename", "Bob", "Robert");
  await ann!.expect(roomUserLeft, ({ uid }) => uid === BOB);
  const [shown] = await ann!.expect(
    roomUserJoined,
    ([member]) => member?.nickname === "Robert",
  );
  assert.equal(shown!.uid, BOB);
  await bob!.settle();
  assert.ok(!has(bob!, SERVER_TYPES.ROOM_USER_LEFT.type));
  await ann!.rooms.say(TEXT, "/w Robert: psst");
  const line = await bob!.expect(roomMessageIn, ({ uid }) => uid === ANN);
  assert.match(decodeText(line.text), /Start Whisper \*+ psst/);
});

Deno.test("what the host adds and removes is seen at once", async () => {
  await using server = await start();
  await using ann = await server.signOn("Ann");
  await server.run("room", "add", "The Royal Oak", "--category", "30003");
  const { rooms } = await ann.rooms.list(HELP);
  const oak = rooms.find(({ name }) => name === "The Royal Oak")!;
  assert.equal(oak.voice, 1);
  await ann.rooms.join(oak.gid);
  await server.run("room", "remove", String(oak.gid));
  await ann.expect(roomClosed, ({ gid }) => gid === oak.gid);
  assert.equal(await listed(ann, HELP, oak.gid), undefined);
});

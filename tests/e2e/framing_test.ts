/**
 * Every socket has its own stream: however it is split, packets arrive
 * complete.
 */
import assert from "node:assert/strict";
import { Connection, passwordDigits, TCP } from "../../lib/client/mod.ts";
import { concat } from "../../lib/protocol/bytes.ts";
import { CLIENT_VERSION, encodeFrame } from "../../lib/protocol/frame.ts";
import type { Packet } from "../../lib/protocol/layout.ts";
import { SERVER_TYPES } from "../../lib/protocol/packet_types.ts";
import {
  categoryCount,
  REFRESH_KIND,
  refreshCategories,
} from "../../lib/protocol/packets/lists.ts";
import { imIn, imOut, userInfo } from "../../lib/protocol/packets/messages.ts";
import { requestUser } from "../../lib/protocol/packets/pals.ts";
import {
  clientHello,
  login,
  loginComplete,
  lymerick,
  serverKey,
} from "../../lib/protocol/packets/signon.ts";
import { decodeText, encodeText } from "../../lib/protocol/windows1252.ts";
import { FIRST_UID, PASSWORD, TestServer } from "../support/server.ts";

const PEOPLE = 20;
const NAMES = Array.from({ length: PEOPLE }, (_, i) => `User${i}`);

/** Returns one packet as the client frames it. */
function frame<T>(packet: Packet<T>, value: T): Uint8Array {
  return packet.frame(value, CLIENT_VERSION);
}

/** A way in which a client writes bytes. */
type Send = (line: Connection, bytes: Uint8Array) => Promise<void>;

const whole: Send = (line, bytes) => line.sendBytes(bytes);
const bytewise: Send = async (line, bytes) => {
  for (const byte of bytes) await line.sendBytes(Uint8Array.of(byte));
};
/** Like the real client: sends the header and the fields separately. */
const piecewise: Send = async (line, bytes) => {
  for (let at = 0; at < bytes.length;) {
    const size = at === 0 ? 6 : 4;
    await line.sendBytes(bytes.subarray(at, at + size));
    at += size;
  }
};

/** Signs on the user with this uid, and sends everything in that way. */
async function signOn(
  server: TestServer,
  uid: number,
  send: Send,
): Promise<Connection> {
  const line = await Connection.open({ transport: TCP, ...server.chat });
  await send(line, frame(clientHello, { uid }));
  await line.next(SERVER_TYPES.HELLO.type);
  await send(line, frame(lymerick, { uid, firstRun: false }));
  const { key } = await line.expect(serverKey);
  const digits = passwordDigits(PASSWORD, key);
  await send(line, frame(login, { uid, digits }));
  await line.expect(loginComplete);
  return line;
}

Deno.test("single bytes over many sockets at once make whole packets", async () => {
  await using server = await TestServer.start({ users: NAMES });
  await Promise.all(NAMES.map(async (_, i) => {
    const line = await signOn(server, FIRST_UID + i, bytewise);
    for (let round = 0; round < 3; round++) {
      const uid = FIRST_UID + (i + round) % PEOPLE;
      await bytewise(line, frame(requestUser, { uid }));
      const person = await line.expect(userInfo);
      assert.equal(person.nickname, NAMES[uid - FIRST_UID]);
    }
    await line.close();
  }));
});

Deno.test("the client's own way of writing, field by field, works", async () => {
  await using server = await TestServer.start({ users: ["Ann"] });
  const line = await signOn(server, FIRST_UID, piecewise);
  const kind = REFRESH_KIND.counts;
  await piecewise(line, frame(refreshCategories, { kind, id: 0 }));
  await line.expect(categoryCount);
  await line.close();
});

Deno.test("fifty packets in one segment are all handled, in order, for many sockets", async () => {
  await using server = await TestServer.start({ users: NAMES });
  await Promise.all(NAMES.map(async (_, i) => {
    const line = await signOn(server, FIRST_UID + i, whole);
    const uids = Array.from(
      { length: 50 },
      (_, n) => FIRST_UID + (i + n) % PEOPLE,
    );
    const packets = uids.map((uid) => frame(requestUser, { uid }));
    await whole(line, concat(packets));
    for (const uid of uids) {
      assert.equal((await line.expect(userInfo)).uid, uid);
    }
    await line.close();
  }));
});

Deno.test("a segment may end in the middle of a packet, and begin there", async () => {
  await using server = await TestServer.start({ users: ["Ann", "Bob"] });
  const [ann, bob] = [FIRST_UID, FIRST_UID + 1];
  const sender = await signOn(server, ann, whole);
  const receiver = await signOn(server, bob, whole);
  // The receiver knows the sender, so messages arrive as IM_IN.
  await whole(receiver, frame(imOut, { to: ann, text: encodeText("hi") }));
  await sender.next(SERVER_TYPES.NEW_STYLE_IM.type);
  const texts = Array.from({ length: 40 }, (_, i) => "x".repeat(i * 7) + i);
  const stream = concat(
    texts.map((text) => frame(imOut, { to: bob, text: encodeText(text) })),
  );
  for (let at = 0; at < stream.length; at += 97) {
    await whole(sender, stream.subarray(at, at + 97));
  }
  for (const text of texts) {
    const { text: bytes } = await receiver.expect(imIn);
    assert.equal(decodeText(bytes), text);
  }
  await sender.close();
  await receiver.close();
});

Deno.test("unknown, empty and overlong packets change nothing for those behind", async () => {
  await using server = await TestServer.start({ users: ["Ann"] });
  const line = await signOn(server, FIRST_UID, whole);
  const junk = [
    encodeFrame(12345, new Uint8Array(65535).fill(0xc8), CLIENT_VERSION),
    encodeFrame(-31000, new Uint8Array(), 0),
    encodeFrame(requestUser.type, new Uint8Array(3), CLIENT_VERSION),
    encodeFrame(-20, new Uint8Array(60000).fill(0x41), CLIENT_VERSION),
    encodeFrame(-310, new Uint8Array(65535), 93),
  ];
  for (const bytes of junk) {
    await whole(line, bytes);
    await whole(line, frame(requestUser, { uid: FIRST_UID }));
    assert.equal((await line.expect(userInfo)).nickname, "Ann");
  }
  await line.close();
});

Deno.test("a packet that never ends holds up nobody else", async () => {
  await using server = await TestServer.start({ users: ["Ann", "Bob"] });
  const stuck = await signOn(server, FIRST_UID, whole);
  const half = encodeFrame(-20, new Uint8Array(5000), CLIENT_VERSION);
  await whole(stuck, half.subarray(0, 900));
  const line = await signOn(server, FIRST_UID + 1, whole);
  await whole(line, frame(requestUser, { uid: FIRST_UID }));
  assert.equal((await line.expect(userInfo)).nickname, "Ann");
  await stuck.close();
  await line.close();
});

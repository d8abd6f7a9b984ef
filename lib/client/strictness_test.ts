import assert from "node:assert/strict";
import { decodeFrames } from "../protocol/frame.ts";
import { searchError } from "../protocol/packets/directory.ts";
import { imIn, roomMessageIn, userInfo } from "../protocol/packets/messages.ts";
import { loginComplete } from "../protocol/packets/signon.ts";
import {
  type RoomJoined,
  roomJoined,
  roomMediaServer,
  roomUserLeft,
} from "../protocol/packets/rooms.ts";
import { type MemberEntry, roomUserList } from "../protocol/packets/members.ts";
import { hello } from "../protocol/packets/signon.ts";
import { encodeText } from "../protocol/windows1252.ts";
import { Strictness, WouldBreakClient } from "./strictness.ts";

const OAK = 50001;
const ME = 1000002;
const KIM = 1000003;

/**
 * Returns a strict client that has received HELLO, and a function that gives it
 * frames.
 */
function signedOn() {
  const strict = new Strictness();
  strict.uid = ME;
  strict.connected();
  const take = (bytes: Uint8Array) => {
    for (const frame of decodeFrames(bytes).frames) strict.check(frame);
  };
  take(hello.frame({ text: "Hello" }));
  return { strict, take };
}

function joined(other: Partial<RoomJoined> = {}): Uint8Array {
  return roomJoined.frame({
    gid: OAK,
    type: 3,
    admin: false,
    locked: false,
    invisible: false,
    category: 30018,
    video: 4,
    rating: "G",
    name: "Oak",
    ...other,
  });
}

function member(uid: number): MemberEntry {
  return {
    gid: OAK,
    uid,
    nickname: "Kim",
    admin: false,
    color: "000000000",
    mic: true,
    publishing: false,
    away: false,
    hand: 0,
  };
}

const line = (uid: number) =>
  roomMessageIn.frame({ gid: OAK, uid, text: encodeText("hi") });

Deno.test("Strictness requires HELLO before everything else", () => {
  const strict = new Strictness();
  strict.connected();
  const [frame] = decodeFrames(loginComplete.frame({})).frames;
  assert.throws(() => strict.check(frame!), /before HELLO/);
});

Deno.test("Strictness names the packet, the fault and the bytes", () => {
  const { strict } = signedOn();
  const frame = { type: 0x018d, version: 29, payload: encodeText("abcd") };
  assert.throws(
    () => strict.check(frame),
    (error: WouldBreakClient) =>
      /RED_DOT_OFF: 4 bytes instead of 8; payload 61626364/
        .test(error.message),
  );
});

Deno.test("Strictness requires ROOM_JOINED before the member list", () => {
  const { take } = signedOn();
  const list = roomUserList.frame([member(ME)]);
  assert.throws(() => take(list), /before ROOM_JOINED/);
  take(joined());
  take(list);
});

Deno.test("Strictness accepts late members of a room that was left", () => {
  const { strict, take } = signedOn();
  take(joined());
  strict.leftRoom(OAK);
  take(roomUserList.frame([member(KIM)]));
  take(line(KIM));
});

Deno.test("Strictness requires a speaker to be in the member list", () => {
  const { take } = signedOn();
  take(joined());
  take(line(0));
  assert.throws(() => take(line(KIM)), /garbage nickname/);
  take(roomUserList.frame([member(ME), member(KIM)]));
  take(line(KIM));
  take(roomUserLeft.frame({ gid: OAK, uid: KIM }));
  assert.throws(() => take(line(KIM)), /garbage nickname/);
});

Deno.test("Strictness refuses an echo of the client's own line", () => {
  const { take } = signedOn();
  take(joined());
  take(roomUserList.frame([member(ME)]));
  assert.throws(() => take(line(ME)), /echo/);
});

Deno.test("Strictness refuses voice for a room without voice", () => {
  const media = roomMediaServer.frame({
    gid: OAK,
    address: "127.0.0.1",
    udpPort: 2090,
    tcpPort: 2090,
  });
  const { take } = signedOn();
  take(joined({ type: 5 }));
  assert.throws(() => take(media), /without voice/);
  const other = signedOn();
  other.take(joined({ type: 3 }));
  other.take(media);
});

Deno.test("Strictness refuses a room in the category of instant rooms", () => {
  const { take } = signedOn();
  assert.throws(() => take(joined({ category: 6 })), /buttons/);
});

Deno.test("Strictness refuses answers to questions that were not asked", () => {
  const { strict, take } = signedOn();
  const kim = userInfo.frame({ uid: KIM, nickname: "Kim" });
  assert.throws(() => take(kim), /unasked/);
  strict.askedFor(KIM);
  take(kim);
  assert.throws(() => take(kim), /unasked/);
  const none = searchError.frame({ text: new Uint8Array() });
  assert.throws(() => take(none), /nothing was searched/);
  strict.searched();
  take(none);
});

Deno.test("Strictness accepts an ordinary message", () => {
  const { take } = signedOn();
  take(imIn.frame({ from: KIM, text: encodeText("hello") }));
});

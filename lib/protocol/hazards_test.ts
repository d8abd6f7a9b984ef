import assert from "node:assert/strict";
import fc from "fast-check";
import { concat, unhex } from "./bytes.ts";
import { SERVER_CODECS } from "./codecs.ts";
import {
  decodeFrames,
  encodeFrame,
  HEADER_BYTES,
  MAX_SENT_PAYLOAD,
} from "./frame.ts";
import { payloadOf } from "../../tests/support/golden/golden.ts";
import { HOSTILE, like } from "../../tests/support/golden/like.ts";
import { GOLDEN_CASES } from "../../tests/support/golden/mod.ts";
import { hazardIn } from "./hazards.ts";
import { type PacketType, SERVER_TYPES } from "./packet_types.ts";
import { roomTextFrame, systemLine } from "./packets/messages.ts";
import { buddyListFrames } from "./packets/pals.ts";
import { type MemberEntry, roomUserListFrames } from "./packets/members.ts";
import { isViewablePort, videoViewFrom } from "./packets/room_video.ts";
import { refusal } from "./packets/signon.ts";
import { encodeText } from "./windows1252.ts";

const SERVER_CASES = GOLDEN_CASES.filter(({ packet }) =>
  SERVER_CODECS.includes(packet)
);

/**
 * Asserts that each frame of the run is safe and that no bytes are left over.
 */
function assertSafe(frames: Uint8Array): number {
  const decoded = decodeFrames(frames);
  assert.equal(decoded.left, 0);
  for (const { type, payload } of decoded.frames) {
    assert.equal(hazardIn(type, payload), undefined);
  }
  return decoded.frames.length;
}

for (const golden of SERVER_CASES) {
  const { name, packet, value, source } = golden;
  Deno.test(`hazardIn finds nothing in ${name} of ${source}`, () => {
    assert.equal(hazardIn(packet.type, payloadOf(golden)), undefined);
  });
  // The template of a key always has 16 bytes; without one nothing would start.
  if (name === "SERVER_KEY" || name === "PASSWORD_RESET_OFFSET") continue;
  Deno.test(`${name} like ${source} is safe whatever its texts are`, () => {
    fc.assert(
      fc.property(like(value, HOSTILE), (value) => {
        assert.equal(assertSafe(packet.frame(value)), 1);
      }),
      { numRuns: 60 },
    );
  });
}

Deno.test("buddyListFrames contains every pal in safe packets", () => {
  const pal = { uid: 1000004, nickname: "\u00c8".repeat(200) };
  for (const count of [0, 1, 799, 800, 5000]) {
    const people = Array.from({ length: count }, () => pal);
    const frames = buddyListFrames(people);
    assert.ok(assertSafe(frames) >= Math.ceil(count / 799));
    const ends = decodeFrames(frames).frames
      .flatMap(({ payload }) => [...payload]).filter((byte) => byte === 0xc8);
    assert.equal(ends.length, count);
  }
});

Deno.test("roomUserListFrames contains every member in safe packets", () => {
  const member: MemberEntry = {
    gid: 50001,
    uid: 1000004,
    nickname: "",
    admin: false,
    color: "#ff0000",
    mic: true,
    publishing: false,
    away: false,
    hand: 0,
  };
  for (const count of [0, 1, 2500]) {
    assertSafe(roomUserListFrames(Array.from({ length: count }, () => member)));
  }
});

Deno.test("roomTextFrame, systemLine and refusal are safe at any length", () => {
  fc.assert(fc.property(HOSTILE.bytes, HOSTILE.text, (bytes, text) => {
    assertSafe(concat([
      roomTextFrame(50001, 1000004, bytes),
      systemLine(50001, text),
      refusal("LOGIN", text),
    ]));
  }));
});

Deno.test("hazardIn refuses every type that a server must never send", () => {
  for (const [name, entry] of Object.entries(SERVER_TYPES)) {
    const { type, never }: PacketType = entry;
    if (!never) continue;
    assert.match(hazardIn(type, new Uint8Array(8))!, /never/, name);
    assert.ok(!SERVER_CODECS.some((codec) => codec.type === type), name);
  }
});

Deno.test("hazardIn refuses a length that is negative to the client", () => {
  const text = new Uint8Array(MAX_SENT_PAYLOAD + 1);
  assert.match(hazardIn(SERVER_TYPES.IM_IN.type, text)!, /negative/);
});

Deno.test("hazardIn allows unknown types only below 2048 bytes", () => {
  assert.equal(hazardIn(0x0555, new Uint8Array(2047)), undefined);
  assert.match(hazardIn(0x0555, new Uint8Array(2048))!, /unknown/);
});

Deno.test("hazardIn knows the types that the client treats as the same", () => {
  assert.equal(hazardIn(117, encodeText("x")), undefined);
  assert.match(hazardIn(-79, encodeText("short"))!, /instead of 16/);
  assert.match(hazardIn(39, new Uint8Array())!, /not 1 to/);
});

/** The rows of "What breaks the client", each as bytes that break it. */
const WRONG: readonly (readonly [string, number, string])[] = [
  ["a red dot of four bytes", 0x018d, "0000c351"],
  ["a hand of nine bytes", 0x018e, "0000c351 000f4242 00"],
  ["a status of four bytes", 0x0190, "000f4242"],
  ["mics of nine bytes", 0x0163, "0000c351 00 000f4242"],
  ["a room number above 65535", 0x0140, "00010000 000f4242"],
  ["made admin of eight bytes", 0x0172, "0000c351 000f4242"],
  ["a file address without its room for the port", 0x01bc, "000f4242 7f000001"],
  ["media server without the room", 0x013b, "c0a80023 0001869f 0000082a"],
  ["log-in complete with bytes", 0x04a6, "00"],
  ["a key in UTF-8", 0x0474, "587946c2a6 3136 34343733333132353138"],
  ["feedback of a join with bytes after the yes", 0x0064, "feca0000 00"],
  ["a pause with bytes", 0x17de, "0000c351"],
  ["pictures sent to nowhere", 0x17d4, "0000c351 00000000 082c"],
  ["pictures sent to port 0", 0x17d4, "0000c351 7f000001 0000"],
  [
    "a view with an even flag",
    0x17e8,
    "000f4244 0000c351 00000002 7f000001 082c",
  ],
  [
    "a view at port 2188",
    0x17e8,
    "000f4244 0000c351 00000001 7f000001 088c",
  ],
  [
    "a view whose room has its sign extended",
    0x17e8,
    "000f4244 ffffc351 00000001 7f000001 082c",
  ],
  ["a view without a flag", 0x17e8, "000f4244 0000c351 7f000001 082c"],
  ["room joined without a rating", 0x0136, "00".repeat(22)],
];
for (const [what, type, payload] of WRONG) {
  Deno.test(`hazardIn refuses ${what}`, () => {
    assert.notEqual(hazardIn(type, unhex(payload)), undefined);
  });
}

const SEPARATOR = "\u00c8";
const SMTP = "380027".repeat(2);
const WRONG_TEXTS: readonly (readonly [string, number, string])[] = [
  [
    "an empty value in a member record",
    0x0154,
    `group_id=50001\nuid=5\nnickname=N\nfirst=\nmic=1${SEPARATOR}`,
  ],
  [
    "a member record without its room",
    0x0137,
    `uid=5\nnickname=N${SEPARATOR}`,
  ],
  [
    "a second = in a nickname",
    0x0043,
    `uid=5\nnickname=a=b${SEPARATOR}`,
  ],
  ["uid 1 among pals", 0x0043, `uid=1\nnickname=Root${SEPARATOR}`],
  [
    "a nickname that holds the separator",
    0x0043,
    `uid=5\nnickname=${SEPARATOR}ve${SEPARATOR}`,
  ],
  [
    "a color that is not nine digits",
    0x014c,
    `catg=5\n${SEPARATOR}id=5\nnm=N\n#=1\nv=1\nl=0\nr=G\nc=0${SEPARATOR}`,
  ],
  ["a room list without its category", 0x014c, `id=5\nnm=N${SEPARATOR}`],
  [
    "an invitation without first and last",
    0x0168,
    "group_id=5\ngroup_name=N\nuid=5\nnickname=N\n",
  ],
  [
    "a console without its ban list",
    0x0384,
    `group=5\nmike=1\ntext=0\nvideo=0\nbounce=\n${SEPARATOR}`,
  ],
  [
    "a console entry without its comma",
    0x0384,
    `group=5\nmike=1\ntext=0\nvideo=0\nbounce=7\n${SEPARATOR}ban=\n`,
  ],
  [
    "user data without smtp=",
    0x019a,
    "uid=5\nnickname=N\nget_offers_from_us=N\n" +
    "get_offers_from_affiliates=N\nprivacy=A\nrandom=1\n",
  ],
  [
    "user data whose smtp= has no colons",
    0x019a,
    "uid=5\nnickname=N\nget_offers_from_us=N\n" +
    `get_offers_from_affiliates=N\nprivacy=A\nrandom=1\nsmtp=${SMTP}\n`,
  ],
];
for (const [what, type, text] of WRONG_TEXTS) {
  Deno.test(`hazardIn refuses ${what}`, () => {
    assert.notEqual(hazardIn(type, encodeText(text)), undefined);
  });
}

Deno.test("hazardIn refuses more records than the client's tables hold", () => {
  const record = encodeText(`uid=5\nnickname=N${SEPARATOR}`);
  const people = (count: number) =>
    concat(Array.from({ length: count }, () => record));
  const limits = {
    BUDDY_LIST: 800,
    SEARCH_RESPONSE: 200,
    BLOCKED_BUDDIES: 500,
  };
  for (const [name, limit] of Object.entries(limits)) {
    const { type } = SERVER_TYPES[name as keyof typeof limits];
    assert.equal(hazardIn(type, people(limit - 1)), undefined, name);
    assert.match(hazardIn(type, people(limit))!, /records/, name);
  }
});

Deno.test("no encoder makes a frame longer than header and limit", () => {
  const frame = encodeFrame(0x0014, new Uint8Array(MAX_SENT_PAYLOAD));
  assert.equal(frame.length, HEADER_BYTES + MAX_SENT_PAYLOAD);
});

Deno.test("isViewablePort and hazardIn agree on every port", () => {
  const payload = unhex("000f4244 0000c351 00000001 7f000001 0000");
  const view = new DataView(payload.buffer);
  let refused = 0;
  for (let port = 1; port <= 0xffff; port++) {
    view.setUint16(16, port);
    const { type } = SERVER_TYPES.VIDEO_VIEW_FROM;
    assert.equal(
      hazardIn(type, payload) === undefined,
      isViewablePort(port),
      String(port),
    );
    if (!isViewablePort(port)) refused++;
  }
  assert.ok(refused > 2000 && refused < 3000, `${refused} ports refused`);
  for (const port of [2090, 2092, 2094, 2096, 2097, 40_123]) {
    assert.ok(isViewablePort(port), String(port));
  }
  for (const port of [0, 2188, 65_536, 2092.5]) {
    assert.ok(!isViewablePort(port), String(port));
  }
});

Deno.test("videoViewFrom cannot be encoded with a port no client connects to", () => {
  assert.throws(
    () =>
      videoViewFrom.frame({
        uid: 1000002,
        gid: 50001,
        address: "127.0.0.1",
        videoPort: 2188,
      }),
    /2188/,
  );
});

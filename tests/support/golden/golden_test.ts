import assert from "node:assert/strict";
import { equalBytes, hex } from "../../../lib/protocol/bytes.ts";
import { CLIENT_CODECS, SERVER_CODECS } from "../../../lib/protocol/codecs.ts";
import {
  CLIENT_VERSION,
  decodeFrames,
  HEADER_BYTES,
} from "../../../lib/protocol/frame.ts";
import { Malformed } from "../../../lib/protocol/layout.ts";
import {
  CLIENT_TYPES,
  type PacketType,
  SERVER_TYPES,
} from "../../../lib/protocol/packet_types.ts";
import { type GoldenCase, payloadOf } from "./golden.ts";
import { GOLDEN_CASES } from "./mod.ts";

for (const [i, golden] of GOLDEN_CASES.entries()) {
  const { name, packet, value, exact, source } = golden;
  const title = `${name} (case ${i}, ${source})`;
  const payload = payloadOf(golden);

  Deno.test(`${title}: parse gives the value`, () => {
    let excess = 0;
    const parsed = packet.parse(payload, (bytes) => excess += bytes);
    assert.deepEqual(plain(parsed), plain(value));
    assert.equal(excess, 0, "nothing is left over");
  });
  if (!exact) continue;
  Deno.test(`${title}: encode gives the bytes`, () => {
    assert.equal(hex(packet.payload(value)), hex(payload));
    const frame = packet.frame(value, CLIENT_VERSION);
    assert.deepEqual(decodeFrames(frame), {
      frames: [{ type: packet.type, version: CLIENT_VERSION, payload }],
      left: 0,
    });
  });
  Deno.test(`${title}: what is parsed encodes to the same bytes`, () => {
    const again = packet.payload(packet.parse(payload));
    assert.ok(equalBytes(again, payload));
  });
}

/**
 * Copies byte fields, which are views, so that only their contents are
 * compared.
 */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return hex(value);
  if (value instanceof Map) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  assert.ok(!(value instanceof Malformed), String((value as Malformed).reason));
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, plain(part)]),
  );
}

/** Lines of the protocol's description: the first case with that name. */
const APPENDIX_FRAMES = {
  CLIENT_HELLO: "ff9c0047000400000000",
  HELLO: "ff8b001d001248656c6c6f2d46726f6d3a50614c54414c4b",
  GET_UIN: "fb950047000c000000014e657453746f726d",
  UIN_RESPONSE:
    "046b001d001e7569643d313030303030320a6e69636b6e616d653d4e657453746f726d0a",
  BYE: "fbb400470000",
  LYMERICK: "fb960047000a000f4242000000010000",
  LOGIN_NOT_COMPLETE: "ff60001d0000",
  SERVER_KEY: "0474001d0010587946a6353531343733333132353138",
  LOGIN: "fb840047001c000f4242333338303236373033363230333633303337343033313030",
  FEEDBACK: "0064001d0004fb840000",
  BUDDY_LIST:
    "0043001d001d7569643d313030303030310a6e69636b6e616d653d50616c74616c6bc8",
  STATUS_CHANGE: "0190001d0008000f42410000001e",
  LOGIN_UNKNOWN: "04a6001d0000",
  REFRESH_CATEGORIES: "feb60047000c000000010000000100007542",
  ROOM_JOIN: "feca0047000a0000c35100000000082a",
  ROOM_JOINED:
    "0136001d001a0000c351000300000000000075420000000000060003474f616b",
  ROOM_BANNER:
    "015f001d00240000c35100000000506c6561736520737570706f7274206f7572207370" +
    "6f6e736f72732e",
  ROOM_USER_LIST:
    "0154001d005867726f75705f69643d35303030310a7569643d313030303030320a6e69" +
    "636b6e616d653d4e657453746f726d0a61646d696e3d300a636f6c6f723d3030303132" +
    "383030300a6d69633d310a7075623d4e0a617761793d30c8",
  ROOM_MEDIA_SERVER: "013b001d00100000c351c0a800230000082a0000082a",
  REQ_MIC: "fe72004700040000c351",
  HAND_UP: "018e001d00080000c351000f4242",
  RED_DOT_OFF: "018d001d00080000c351000f4242",
  MICS_TOGGLED: "0163001d000a0000c3510000000f4242",
  ROOM_USER_LEFT: "0140001d00080000c351000f4242",
  INVITE_IN:
    "0168001d005267726f75705f69643d35303030310a67726f75705f6e616d653d4f616b" +
    "0a7569643d313030303030320a6e69636b6e616d653d4e657453746f726d0a66697273" +
    "743d2d0a6c6173743d2d0a747970653d330a",
  ROOM_CLOSED: "017c001d000f0000c351000f4242436c6f7365642e",
  ROOM_ADMIN_INFO:
    "0384001d003067726f75703d35303030310a6d696b653d310a746578743d300a766964" +
    "656f3d300a626f756e63653d0ac862616e3d0a",
} as const;

for (const [name, frame] of Object.entries(APPENDIX_FRAMES)) {
  Deno.test(`${name} is the whole frame of the protocol's appendix`, () => {
    const golden = GOLDEN_CASES.find((one) => one.name === name)!;
    const version = name in CLIENT_TYPES ? CLIENT_VERSION : undefined;
    assert.equal(hex(golden.packet.frame(golden.value, version)), frame);
    assert.equal(hex(payloadOf(golden)), frame.slice(2 * HEADER_BYTES));
  });
}

const sides = [
  { side: "client", types: CLIENT_TYPES, codecs: CLIENT_CODECS },
  { side: "server", types: SERVER_TYPES, codecs: SERVER_CODECS },
];
for (const { side, types, codecs } of sides) {
  Deno.test(`each type that a ${side} may send has codec and golden case`, () => {
    const cases = new Set(GOLDEN_CASES.map((one: GoldenCase) => one.packet));
    for (const [name, entry] of Object.entries(types)) {
      const { type, never }: PacketType = entry;
      const own = codecs.filter((codec) => codec.type === type);
      assert.equal(own.length > 0, !never, `${name}: a codec`);
      for (const codec of own) {
        assert.equal(codec.name, name);
        assert.ok(cases.has(codec), `${name}: a golden case`);
      }
    }
  });
}

Deno.test("a name stands for one direction only", () => {
  for (const name of Object.keys(CLIENT_TYPES)) {
    assert.ok(!(name in SERVER_TYPES), name);
  }
});

Deno.test("a number stands for one packet in each direction", () => {
  for (const types of [CLIENT_TYPES, SERVER_TYPES]) {
    const numbers = Object.values(types).map(({ type }) => type);
    assert.equal(new Set(numbers).size, numbers.length);
  }
});

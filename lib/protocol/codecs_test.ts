import assert from "node:assert/strict";
import fc from "fast-check";
import { hex } from "./bytes.ts";
import { type AnyPacket, CLIENT_CODECS, SERVER_CODECS } from "./codecs.ts";
import { payloadOf } from "../../tests/support/golden/golden.ts";
import { like, WELL_FORMED } from "../../tests/support/golden/like.ts";
import { GOLDEN_CASES } from "../../tests/support/golden/mod.ts";
import { Malformed } from "./layout.ts";
import { registration } from "./packets/accounts.ts";
import { privateRoom } from "./packets/rooms.ts";

const CODECS = [...CLIENT_CODECS, ...SERVER_CODECS];

for (const { name, packet, value, exact, source } of GOLDEN_CASES) {
  if (!exact) continue;
  Deno.test(`${name} like the case of ${source}: what is encoded is parsed again`, () => {
    fc.assert(
      fc.property(like(value, WELL_FORMED), (value) => {
        const payload = packet.payload(value);
        let excess = 0;
        const parsed = packet.parse(payload, (bytes) => excess += bytes);
        assert.deepEqual(comparable(parsed), comparable(value));
        assert.equal(excess, 0);
        assert.equal(hex(packet.payload(parsed)), hex(payload));
      }),
      { numRuns: 40 },
    );
  });
}

/** Removes optional lines, which encoders omit for 0, false and "". */
function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array) return hex(value);
  if (value instanceof Map) return [...value];
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, comparable(part)]),
  );
}

/**
 * Returns the payload inside a larger buffer, whose other bytes a parser must
 * not read.
 */
function within(payload: Uint8Array): Uint8Array {
  const around = new Uint8Array(payload.length + 64).fill(0x41);
  around.set(payload, 32);
  return around.subarray(32, 32 + payload.length);
}

Deno.test("every codec parses arbitrary bytes without throwing", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...CODECS),
      fc.oneof(
        fc.uint8Array({ maxLength: 120 }),
        fc.string({ unit: "binary-ascii", maxLength: 120 })
          .map((text) => new TextEncoder().encode(text)),
      ),
      (codec, payload) => {
        let excess = 0;
        codec.parse(payload, (bytes) => excess += bytes);
        assert.ok(excess >= 0 && excess <= payload.length);
      },
    ),
    { numRuns: 3000 },
  );
});

Deno.test("every codec reads its payload only, whatever lies around it", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...CODECS),
      fc.uint8Array({ maxLength: 60 }),
      (codec, payload) => {
        assert.deepEqual(
          comparable(codec.parse(within(payload))),
          comparable(codec.parse(payload)),
        );
      },
    ),
    { numRuns: 3000 },
  );
});

/** The fewest bytes of each payload, from the catalogue. */
const FIXED_BYTES: Readonly<Record<string, number>> = {
  AD_ROTATION: 3,
  CUSTOMIZE_PAL: 4,
  ADD_PAL: 4,
  ALERT_ADMIN: 8,
  BAN: 8,
  BAN_BY_NICKNAME: 4,
  BLOCK_BUDDY: 4,
  BLOCK_RESULT: 6,
  BOUNCE_REASON: 8,
  CALL_ACCEPT: 4,
  CALL_ACCEPTED: 10,
  CALL_ENDED: 4,
  CALL_HANGUP: 4,
  CALL_REFUSE: 4,
  CALL_REQUEST: 4,
  CHANGE_STATUS: 4,
  FEEDBACK: 4,
  FILE_XFER_ERROR: 8,
  FILE_XFER_SEND_INIT: 4,
  GET_ADMIN_INFO: 4,
  GET_UIN: 4,
  HAND_DOWN: 8,
  HAND_UP: 8,
  IGNORE_MEMBER: 10,
  IM_IN: 4,
  IM_OUT: 4,
  INVITE_OUT: 8,
  LOGIN: 4,
  LOGIN_REPLY: 8,
  MADE_ADMIN: 4,
  MAKE_ADMIN: 8,
  MEMBER_ADMIN: 10,
  MICS_TOGGLED: 10,
  NEW_USERS_MIC: 6,
  PASSWORD_CHANGE: 4,
  PASSWORD_CHANGE_ASK: 4,
  PASSWORD_HINT: 2,
  PRIVATE_INVITE: 12,
  REDIRECT: 6,
  RED_DOT: 8,
  RED_DOT_AFFECTS_TEXT: 6,
  RED_DOT_AFFECTS_VIDEO: 6,
  RED_DOT_OFF: 8,
  RED_DOT_ON: 8,
  REMOVE_ALL_HANDS: 4,
  REMOVE_PAL: 4,
  REQUEST_USER: 4,
  REQ_MIC: 4,
  ROOM_ADMIN_INFO_OLD: 4,
  ROOM_BANNER: 8,
  ROOM_BANNER_MESSAGE: 4,
  ROOM_BOUNCE: 8,
  ROOM_CLOSE: 4,
  ROOM_CLOSED: 8,
  ROOM_CREATE: 11,
  ROOM_JOIN: 4,
  ROOM_JOINED: 23,
  ROOM_JOIN_AS_ADMIN: 8,
  ROOM_LEAVE: 4,
  ROOM_MEDIA_SERVER: 16,
  ROOM_MESSAGE_IN: 8,
  ROOM_MESSAGE_OUT: 4,
  ROOM_START_PUBLISH_VIDEO: 4,
  ROOM_STOP_PUBLISH_VIDEO: 4,
  ROOM_USER_LEFT: 8,
  ROOM_VIDEO: 10,
  SET_PRIVACY: 1,
  PALPROFILE_IN: 16,
  PALPROFILE_MESSAGE: 16,
  STATUS_CHANGE: 8,
  STOP_VIEW_VIDEO: 8,
  TOGGLE_ALL_MICS: 6,
  UNBAN: 8,
  UNBLOCK: 4,
  UNBOUNCE: 8,
  UNRED_DOT: 8,
  UNREQ_MIC: 4,
  VIDEO_ACCEPT: 4,
  VIDEO_ACCEPTED: 10,
  VIDEO_ENDED: 4,
  VIDEO_HANGUP: 4,
  VIDEO_REFUSE: 4,
  VIDEO_REFUSED: 4,
  VIDEO_PUBLISH_TO: 10,
  VIDEO_REQUEST: 4,
  VIDEO_UNUSED: 4,
  VIDEO_VIEW_FROM: 18,
  VIEW_VIDEO: 8,
  XFER_ACCEPT: 4,
  XFER_ACCEPTED: 10,
  XFER_REFUSE: 4,
  XFER_REFUSED: 4,
  XFER_REQUEST: 4,
};

/**
 * Packets of text or lists, which can be parsed when cut anywhere, or which
 * need a line.
 */
const TEXTUAL = new Set([
  "NEW_STYLE_IM",
  "ROOM_ADMIN_INFO",
  "ROOM_JOIN_BY_NAME",
]);

for (const codec of CODECS) {
  const fixed = FIXED_BYTES[codec.name] ?? 0;
  Deno.test(`${codec.name} cut short below ${fixed} bytes is Malformed`, () => {
    for (const golden of GOLDEN_CASES) {
      if (golden.packet !== codec) continue;
      const payload = payloadOf(golden);
      for (let length = 0; length < payload.length; length++) {
        const parsed = codec.parse(payload.subarray(0, length));
        if (length < fixed) {
          // Packets such as an empty CLIENT_HELLO have no fixed part at all.
          assert.ok(parsed instanceof Malformed, `${length} bytes`);
        } else if (!mayNeedMore(codec)) {
          assert.ok(!(parsed instanceof Malformed), `${length} bytes`);
        }
      }
    }
  });
}

/** Returns whether the packet needs more than its fixed part. */
function mayNeedMore(codec: AnyPacket): boolean {
  return TEXTUAL.has(codec.name) || codec === registration ||
    codec === privateRoom ||
    [
      "PASSWORD_CHANGE",
      "LYMERICK",
      "REFRESH_CATEGORIES",
      "ROOM_JOIN_AS_ADMIN",
      "CLIENT_HELLO",
    ].includes(codec.name) ||
    /^(CALL|VIDEO|XFER)_(REQUEST|ACCEPT)$/.test(codec.name);
}

import assert from "node:assert/strict";
import fc from "fast-check";
import { concat, hex } from "../bytes.ts";
import { decodeDigits } from "../challenge.ts";
import { decodeFrames, encodeFrame } from "../frame.ts";
import { GOLDEN_CASES } from "../../../tests/support/golden/mod.ts";
import { payloadOf, written } from "../../../tests/support/golden/golden.ts";
import {
  CLIENT_TYPES,
  type ClientTypeName,
  SERVER_TYPES,
  type ServerTypeName,
} from "../packet_types.ts";
import { decodeText, encodeText } from "../windows1252.ts";
import { CLIENT_5_1 } from "./client_5_1.ts";
import { type Dialect, translate } from "./dialect.ts";
import { GAIM } from "./gaim.ts";
import { CLIENT_5_0, dialectOf } from "./table.ts";
import { fromUtf8, toUtf8 } from "./utf8.ts";

const FACTS = { serverAddress: "192.0.2.1" };

/** Returns a payload in a dialect, as "NAME" and bytes. */
function own(
  dialect: Dialect,
  name: ServerTypeName,
  payload: string,
): [type: number, payload: Uint8Array] {
  const frame = encodeFrame(SERVER_TYPES[name].type, written(payload));
  const [own] = decodeFrames(translate(dialect, frame, FACTS)).frames;
  return [own!.type, own!.payload];
}

/** Like `written()` but in UTF-8, for what the plugin receives. */
function unicode(bytes: string): Uint8Array {
  const encoder = new TextEncoder();
  return concat(
    bytes.split("'").map((part, i) =>
      i % 2 === 0 ? written(part) : encoder.encode(part)
    ),
  );
}

function gaimGets(name: ServerTypeName, payload: string, wanted: string) {
  const [type, bytes] = own(GAIM, name, payload);
  assert.equal(type, SERVER_TYPES[name].type);
  assert.equal(hex(bytes), hex(unicode(wanted)), `${name} ${payload}`);
}

Deno.test("dialectOf() depends on silence and LYMERICK, not on the version", () => {
  const signs = { saidHello: true, longLymerick: false, version: 71 };
  assert.equal(dialectOf(signs), CLIENT_5_0);
  for (const version of [71, 75, 83, null]) {
    const plugin = { saidHello: false, longLymerick: true, version };
    assert.equal(dialectOf(plugin), GAIM);
    assert.notEqual(dialectOf({ ...plugin, saidHello: true }), GAIM);
    assert.notEqual(dialectOf({ ...plugin, longLymerick: false }), GAIM);
  }
  const later = { ...signs, longLymerick: true };
  assert.equal(dialectOf({ ...later, version: 75 }), CLIENT_5_1);
  // 8.0 has no row of its own: it gets the forms of 5.0.
  const paltalk8 = dialectOf({ ...later, version: 83 });
  assert.equal(paltalk8.client, "other");
  assert.equal(paltalk8.outgoing, undefined);
  assert.equal(paltalk8.incoming, undefined);
});

Deno.test("translate() gives the 5.0 client the same bytes", () => {
  for (const one of GOLDEN_CASES) {
    const frame = encodeFrame(one.packet.type, payloadOf(one));
    assert.equal(translate(CLIENT_5_0, frame, FACTS), frame);
  }
});

Deno.test("translate() splits merged frames and joins them again", () => {
  const merged = concat([
    encodeFrame(SERVER_TYPES.IM_IN.type, written("000f4242 'a'")),
    encodeFrame(SERVER_TYPES.ROOM_JOINED.type, written("0000c351 'b'"), 30),
    encodeFrame(SERVER_TYPES.STATUS_CHANGE.type, written("000f4242 0000001e")),
  ]);
  const { frames, left } = decodeFrames(translate(GAIM, merged, FACTS));
  assert.equal(left, 0);
  assert.deepEqual(frames.map(({ version }) => version), [29, 30, 29]);
  assert.equal(decodeText(frames[1]!.payload.subarray(4)), "b\n");
});

Deno.test("Gaim gets a newline after a room's name, none after an invitation", () => {
  gaimGets("ROOM_JOINED", "0000c351'Oak'", "0000c351'Oak'0a");
  gaimGets("INVITE_IN", "'group_id=1'0a'type=3'0a", "'group_id=1'0a'type=3'");
});

Deno.test("Gaim gets a category's name last", () =>
  gaimGets(
    "CATEGORY_LIST",
    "'code=1'0a'value=A'0a'list=2'c8'code=2'0a'value=Caf\u00e9'0a'list=2'c8",
    "'list=2'0a'code=1'0a'value=A'c8'list=2'0a'code=2'0a'value=Caf\u00e9'c8",
  ));

Deno.test("Gaim learns of an unknown name by -1", () => {
  gaimGets(
    "UIN_RESPONSE",
    "'uid=0'0a'nickname=x'0a",
    "'uid=-1'0a'nickname=x'0a",
  );
  gaimGets("UIN_RESPONSE", "'uid=1000002'0a", "'uid=1000002'0a");
});

Deno.test("Gaim gets an end as SERVER_ERROR, and a bare yes", () => {
  for (
    const [payload, text] of [["fb84 0001 'No.'", "No."], [
      "fb96 0002 'x'",
      "x",
    ]]
  ) {
    const [type, bytes] = own(GAIM, "FEEDBACK", payload!);
    assert.equal(type, SERVER_TYPES.SERVER_ERROR.type);
    assert.equal(decodeText(bytes), text);
  }
  const [type] = own(GAIM, "MAINTENANCE_KICK", "'Bye'");
  assert.equal(type, SERVER_TYPES.SERVER_ERROR.type);
  gaimGets("FEEDBACK", "fed2 0000 0000c351 0001 'Private'", "fed2 0000");
  gaimGets("FEEDBACK", "feca 0001 'Locked.'", "feca 0001 'Locked.'");
});

Deno.test("Gaim gets no text that crashes its parser", () => {
  const cases = [
    ["", " "],
    ["<p", "< p "],
    ["<<( x", "< < ( x "],
    ["<<( x <pb>y</pb>", "< <( x <pb>y</pb> "],
    ["<<(1/2/2002 3:04 AM EST)>> x", "<<(1/2/2002 3:04 AM EST)>> x"],
    ["<pb>x</pb>", "<pb>x</pb>"],
    ["a <pb>x</pb> <b", "a <pb>x</pb> < b "],
  ] as const;
  for (const [text, safe] of cases) {
    gaimGets("IM_IN", `000f4242 '${text}'`, `000f4242 '${safe}'`);
    gaimGets(
      "ROOM_MESSAGE_IN",
      `0000c351 000f4242 '${text}'`,
      `0000c351 000f4242 '${safe}'`,
    );
    gaimGets(
      "NEW_STYLE_IM",
      `'uid=2'0a'msg=${text}'`,
      `'uid=2'0a'msg=${safe}'`,
    );
  }
  gaimGets(
    "NEW_STYLE_IM",
    "'uid=2'0a'msg=a'0a'b'0a",
    "'uid=2'0a'msg=a<pbr>b<pbr>'",
  );
});

Deno.test("no text at all leaves an open tag or an empty message for Gaim", () => {
  const bit = fc.constantFrom(
    "<",
    "<<(",
    ")>>",
    ">",
    "p",
    " ",
    "\u00e9",
    "\u00c8",
  );
  fc.assert(fc.property(fc.array(bit), (bits) => {
    const text = bits.join("");
    const [, bytes] = own(GAIM, "IM_IN", "000f4242");
    assert.equal(bytes.length, 5);
    const frame = encodeFrame(
      SERVER_TYPES.IM_IN.type,
      concat([written("000f4242"), encodeText(text)]),
    );
    const [safe] = decodeFrames(translate(GAIM, frame, FACTS)).frames;
    const read = new TextDecoder("utf-8", { fatal: true })
      .decode(safe!.payload.subarray(4));
    assert.ok(read.length > 0);
    assert.ok(!/<[^ <>][^>]*$/.test(read), read);
    assert.ok(!read.startsWith("<<(") || read.includes(")>>"), read);
    assert.equal(read.replaceAll(" ", ""), text.replaceAll(" ", ""));
  }));
});

Deno.test("Gaim reads and writes UTF-8 where there is text, and only there", () => {
  gaimGets("IM_IN", "00c8e9ff '\u00c8\u20ac'", "00c8e9ff '\u00c8\u20ac'");
  gaimGets(
    "ROOM_USER_LIST",
    "'group_id=1'0a'nickname=\u00c9lodie'c8'nickname=Bob'c8",
    "'group_id=1'0a'nickname=\u00c9lodie'c8'nickname=Bob'c8",
  );
  gaimGets("STATUS_CHANGE", "00e9e9e9 0000001e", "00e9e9e9 0000001e");
  const incoming = (name: ClientTypeName, payload: Uint8Array) =>
    GAIM.incoming!(CLIENT_TYPES[name].type, payload);
  assert.equal(
    hex(incoming("IM_OUT", unicode("00c3a942 'Caf\u00e9 \u20ac \u4e2d'"))),
    hex(written("00c3a942 'Caf\u00e9 \u20ac ?'")),
  );
  assert.equal(
    hex(incoming("REMOVE_PAL", written("00c3a942"))),
    "00c3a942",
  );
});

Deno.test("toUtf8() and fromUtf8() are each other's reverse, within a bound", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
    assert.equal(hex(fromUtf8(toUtf8(bytes))), hex(bytes));
    const cut = toUtf8(bytes, 50);
    assert.ok(cut.length <= 50);
    new TextDecoder("utf-8", { fatal: true }).decode(cut);
  }));
  const latin = encodeText("caf\u00e9");
  assert.equal(fromUtf8(latin), latin, "what is no UTF-8 stays as it is");
  assert.equal(
    decodeText(fromUtf8(new TextEncoder().encode("e\u0301"))),
    "\u00e9",
  );
});

Deno.test("a list too long in UTF-8 ends after a whole record", () => {
  const record = `nickname=${"\u00e9".repeat(90)}\u00c8`;
  const frame = encodeFrame(
    SERVER_TYPES.BUDDY_LIST.type,
    encodeText(record.repeat(300)),
  );
  const [own] = decodeFrames(translate(GAIM, frame, FACTS)).frames;
  assert.ok(own!.payload.length > 32_000 && own!.payload.length <= 32_767);
  assert.equal(own!.payload.at(-1), 0xc8);
});

Deno.test("5.1 gets the server's address and the lines behind a room's name", () => {
  const [, data] = own(CLIENT_5_1, "USER_DATA", "'uid=1000002'0a");
  const [, digits] = /^uid=1000002\nei=(\d+)\n$/.exec(decodeText(data))!;
  assert.equal(
    decodeText(decodeDigits(digits!, 0, 1)!),
    String(0xc0000201),
  );
  const [, room] = own(CLIENT_5_1, "ROOM_JOINED", "0000c351 'Oak'");
  assert.match(
    decodeText(room.subarray(4)),
    /^Oak\n[^\n]+\n[^\n]+\nY\nsize=\d+\npremium=\d+\ncodec=\w+$/,
  );
});

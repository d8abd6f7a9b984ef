import assert from "node:assert/strict";
import fc from "fast-check";
import {
  concat,
  equalBytes,
  hex,
  Reader,
  ShortRead,
  unhex,
  Writer,
} from "./bytes.ts";

Deno.test("Reader reads big-endian numbers in order", () => {
  const reader = new Reader(unhex("fb84 0047 000f4242 c8 0102"));
  assert.equal(reader.i16(), -1148);
  assert.equal(reader.u16(), 71);
  assert.equal(reader.u32(), 1000002);
  assert.equal(reader.u8(), 0xc8);
  assert.equal(hex(reader.rest()), "0102");
  assert.equal(reader.left, 0);
});

Deno.test("Reader throws ShortRead instead of reading past the end", () => {
  const backing = unhex("0102030405060708");
  for (const read of ["u8", "u16", "i16", "u32"] as const) {
    const reader = new Reader(backing.subarray(3, 3));
    assert.throws(() => reader[read](), ShortRead);
  }
  const reader = new Reader(backing.subarray(2, 5));
  assert.throws(() => reader.u32(), ShortRead);
  assert.equal(reader.left, 3, "a failed read takes nothing");
  assert.throws(() => reader.bytes(4), ShortRead);
  assert.equal(hex(reader.bytes(3)), "030405");
});

Deno.test("Writer writes what Reader reads, however large", () => {
  const part = fc.oneof(
    fc.record({ kind: fc.constant("u8" as const), value: fc.nat(0xff) }),
    fc.record({ kind: fc.constant("u16" as const), value: fc.nat(0xffff) }),
    fc.record({
      kind: fc.constant("u32" as const),
      value: fc.integer({ min: 0, max: 0xffffffff }),
    }),
    fc.record({
      kind: fc.constant("bytes" as const),
      value: fc.uint8Array({ maxLength: 600 }),
    }),
  );
  fc.assert(fc.property(fc.array(part), (parts) => {
    const writer = new Writer(4);
    for (const { kind, value } of parts) {
      if (kind === "bytes") writer.bytes(value);
      else writer[kind](value);
    }
    const reader = new Reader(writer.finish());
    for (const { kind, value } of parts) {
      if (kind === "bytes") {
        assert.equal(hex(reader.bytes(value.length)), hex(value));
      } else assert.equal(reader[kind](), value);
    }
    assert.equal(reader.left, 0);
  }));
});

Deno.test("Writer.finish returns a copy that later writes do not change", () => {
  const writer = new Writer(8);
  writer.u16(0x0102);
  writer.patchU16(0, 0x0304);
  const first = writer.finish();
  writer.reset();
  writer.u16(0xffff);
  assert.equal(hex(first), "0304");
  assert.equal(writer.length, 2);
});

Deno.test("hex and unhex are each other's reverse", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    assert.ok(equalBytes(unhex(hex(bytes)), bytes));
  }));
});

Deno.test("unhex allows blanks and refuses everything else", () => {
  assert.equal(hex(unhex(" 00 0F\n42 ")), "000f42");
  for (const wrong of ["0", "0g", "0x00", "00-1"]) {
    assert.throws(() => unhex(wrong), TypeError);
  }
});

Deno.test("equalBytes compares length and content", () => {
  assert.ok(!equalBytes(unhex("0102"), unhex("010203")));
  assert.ok(!equalBytes(unhex("0102"), unhex("0103")));
  assert.ok(
    equalBytes(concat([unhex("01"), unhex(""), unhex("02")]), unhex("0102")),
  );
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { equalBytes } from "./bytes.ts";
import { decodeText, encodeText, fitsWindows1252 } from "./windows1252.ts";

const ALL = Uint8Array.from({ length: 256 }, (_, byte) => byte);

Deno.test("decodeText reads short and long texts alike", () => {
  let pieces = "";
  for (let at = 0; at < 256; at += 16) {
    pieces += decodeText(ALL.subarray(at, at + 16));
  }
  assert.equal(pieces, new TextDecoder("windows-1252").decode(ALL));
  assert.equal(decodeText(ALL), pieces);
});

Deno.test("encodeText returns the byte of each of the 256 characters", () => {
  assert.ok(equalBytes(encodeText(decodeText(ALL)), ALL));
  assert.equal(new Set(decodeText(ALL)).size, 256);
});

Deno.test("encodeText undoes decodeText for any bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
    const text = decodeText(bytes);
    assert.equal(text.length, bytes.length);
    assert.ok(fitsWindows1252(text));
    assert.ok(equalBytes(encodeText(text), bytes));
  }));
});

Deno.test("encodeText writes ? for characters that the code page lacks", () => {
  assert.equal(decodeText(encodeText("a\u0416\u{1f600}\ud800z")), "a???z");
  assert.ok(!fitsWindows1252("\u0416"));
  assert.ok(!fitsWindows1252("\u0080"), "U+0080 is not the byte 80");
});

Deno.test("encodeText never makes more bytes than the text has units", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }),
      (text) => assert.ok(encodeText(text).length <= text.length),
    ),
  );
});

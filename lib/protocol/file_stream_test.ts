import assert from "node:assert/strict";
import fc from "fast-check";
import { hex, unhex } from "./bytes.ts";
import { encodeFileHead, parseFileHead } from "./file_stream.ts";
import { encodeText } from "./windows1252.ts";

Deno.test("a file's head is little-endian", () => {
  const head = encodeFileHead(encodeText("a.txt"), 0x01020304);
  assert.equal(hex(head), "0500" + hex(encodeText("a.txt")) + "04030201");
  assert.deepEqual(parseFileHead(head), {
    name: encodeText("a.txt"),
    size: 0x01020304,
    length: 11,
  });
});

Deno.test("parseFileHead() waits for a complete head, and refuses an invalid one", () => {
  fc.assert(fc.property(
    fc.uint8Array({ minLength: 1, maxLength: 512 }),
    fc.nat(),
    (name, size) => {
      const head = encodeFileHead(name, size);
      for (let end = 0; end < head.length; end++) {
        assert.equal(parseFileHead(head.subarray(0, end)), undefined);
      }
      assert.deepEqual(parseFileHead(head)?.name, name);
    },
  ));
  for (const bad of ["0000", "0102", "4745"]) {
    assert.equal(parseFileHead(unhex(bad)), null, bad);
  }
});

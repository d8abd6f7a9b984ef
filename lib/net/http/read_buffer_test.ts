import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { ReadBuffer } from "./read_buffer.ts";
import { readHead } from "./request_head.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function put(buffer: ReadBuffer, piece: Uint8Array): void {
  for (let at = 0; at < piece.length;) {
    const space = buffer.space();
    const part = piece.subarray(at, at + space.length);
    space.set(part);
    buffer.filled(part.length);
    at += part.length;
  }
}

Deno.test("ReadBuffer returns the bytes that were added, in any pieces", () =>
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.uint8Array({ maxLength: 20_000 }), fc.nat(20_000)), {
      maxLength: 12,
    }),
    (steps) => {
      const buffer = new ReadBuffer();
      let model: number[] = [];
      for (const [piece, dropped] of steps) {
        put(buffer, piece);
        model = [...model, ...piece];
        equal(buffer.length, model.length);
        const count = Math.min(dropped, model.length);
        buffer.drop(count);
        model = model.slice(count);
        deepEqual([...buffer.bytes], model);
      }
    },
  )));

Deno.test("ReadBuffer.mayEndHead() never misses the end of a head", () =>
  fc.assert(fc.property(
    fc.constantFrom("GET / HTTP/1.1", "GET /", "x"),
    fc.array(fc.constantFrom("A: b", "", "\r", "\n", "\r\n", "\n\n", "c")),
    fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
    (first, rest, sizes) => {
      const whole = bytes([first, ...rest].join(""));
      const buffer = new ReadBuffer();
      for (let at = 0, n = 0; at < whole.length; n++) {
        const looked = buffer.length;
        const size = sizes[n % sizes.length]!;
        put(buffer, whole.subarray(at, at + size));
        at += size;
        const head = readHead(new TextDecoder().decode(buffer.bytes));
        if (head === "incomplete") continue;
        ok(buffer.mayEndHead(looked));
        return;
      }
    },
  )));

Deno.test("ReadBuffer.mayEndHead() does not look at a head for each of its lines", () => {
  const buffer = new ReadBuffer();
  let looks = 0;
  for (const byte of bytes("GET / HTTP/1.1\r\n" + "a: b\r\n".repeat(2000))) {
    const looked = buffer.length;
    put(buffer, Uint8Array.of(byte));
    if (buffer.mayEndHead(looked)) looks++;
  }
  equal(looks, 1);
});

Deno.test("ReadBuffer keeps nothing of a long request", () => {
  const buffer = new ReadBuffer();
  put(buffer, new Uint8Array(80_000));
  buffer.drop(80_000);
  equal(buffer.space().length, 8192);
});

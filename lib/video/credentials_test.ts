import assert from "node:assert/strict";
import { encodeCounter, MAX_OFFSET } from "../protocol/video_port.ts";
import { Credentials } from "./credentials.ts";

/** Credentials whose hellos get these offsets. */
function withOffsets(...offsets: readonly number[]) {
  const credentials = new Credentials();
  const draws = offsets.map((offset) => (offset + 0.5) / (MAX_OFFSET + 1));
  const random = () => draws.shift()!;
  return { credentials, hello: () => credentials.hello(random) };
}

Deno.test("Credentials.accept takes each counter once, in any near order", () => {
  const { credentials, hello } = withOffsets(7);
  assert.ok(!credentials.accept(encodeCounter(1000, 7)), "before a hello");
  assert.equal(hello(), 7);
  const accept = (counter: number) =>
    credentials.accept(encodeCounter(counter, 7));
  for (const counter of [1000, 1001, 1003, 1002, 1019, 1004]) {
    assert.ok(accept(counter), `${counter}`);
    assert.ok(!accept(counter), `${counter} again`);
  }
  assert.ok(!accept(1003), "too old");
  assert.ok(accept(999_999), "a leap");
  assert.ok(!accept(1020), "before the leap");
});

Deno.test("Credentials.accept wants digits of the offset that was drawn", () => {
  const { credentials, hello } = withOffsets(100);
  hello();
  for (
    const digits of ["", "0", "12345", "abcd", encodeCounter(1000, 101), "-100"]
  ) assert.ok(!credentials.accept(digits), digits);
  assert.ok(credentials.accept(encodeCounter(1000, 100, () => 9)));
  assert.ok(!credentials.accept(encodeCounter(1000, 100, () => 3)), "replay");
});

Deno.test("Credentials.hello keeps the two newest offsets valid", () => {
  const { credentials, hello } = withOffsets(10, 20, 30);
  hello();
  hello();
  assert.ok(credentials.accept(encodeCounter(1000, 10)));
  assert.ok(credentials.accept(encodeCounter(1001, 20)));
  hello();
  assert.ok(!credentials.accept(encodeCounter(1002, 10)), "the third oldest");
  assert.ok(credentials.accept(encodeCounter(1002, 20)));
  assert.ok(credentials.accept(encodeCounter(1003, 30)));
});

Deno.test("hellos of somebody else do not stop the publisher that runs", () => {
  const { credentials, hello } = withOffsets(10, 20, 30, 40, 50, 60);
  hello();
  for (let counter = 1000; counter < 1005; counter++) {
    assert.ok(credentials.accept(encodeCounter(counter, 10)));
    hello();
  }
  assert.ok(!credentials.accept(encodeCounter(1000, 30)));
});

Deno.test("Credentials.hello never draws the same offset twice in a row", () => {
  const { hello } = withOffsets(5, 5, 6);
  assert.deepEqual([hello(), hello()], [5, 6]);
});

Deno.test("a hello does not make used digits valid again", () => {
  // "a big fat horse" is at both places of the limerick.
  const { credentials, hello } = withOffsets(7, 44);
  hello();
  const digits = encodeCounter(1000, 7);
  assert.ok(credentials.accept(digits));
  hello();
  assert.ok(!credentials.accept(digits));
});

Deno.test("offsets lie between 0 and 330", () => {
  for (const random of [() => 0, () => 0.999999]) {
    const offset = new Credentials().hello(random);
    assert.ok(offset >= 0 && offset <= 330, `${offset}`);
  }
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { Joiner, split } from "./parts.ts";

const bytes = fc.uint8Array({ maxLength: 300 })
  // Starts like a batch.
  .map((rest) => Uint8Array.from([1, ...rest]));

Deno.test("Joiner has what split() took apart, mixed and in any order", () => {
  fc.assert(fc.property(
    fc.array(bytes, { maxLength: 8 }),
    fc.integer({ min: 14, max: 60 }),
    fc.infiniteStream(fc.nat()),
    (messages, most, order) => {
      let next = 0;
      const parts = messages.flatMap((
        one,
      ) => [...split(one, most, () => [7, next++])]);
      for (const part of parts) assert.ok(part.length <= most);
      const joiner = new Joiner();
      const got: string[] = [];
      while (parts.length > 0) {
        const at = order.next().value % parts.length;
        const whole = joiner.take(parts.splice(at, 1)[0]!);
        if (whole !== undefined) got.push(whole.join());
      }
      assert.deepEqual(got.sort(), messages.map((one) => one.join()).sort());
    },
  ));
});

Deno.test("Joiner keeps no end of messages that never come whole", () => {
  const joiner = new Joiner();
  const first = [...split(new Uint8Array(40), 30, () => [0, 0])];
  joiner.take(first[0]!);
  for (let i = 1; i < 200; i++) {
    joiner.take([...split(new Uint8Array(40), 30, () => [0, i])][0]!);
  }
  assert.equal(joiner.take(first[1]!), undefined);
  assert.equal(joiner.take(Uint8Array.from([0xff, 1, 2])), undefined);
});

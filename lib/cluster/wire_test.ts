import assert from "node:assert/strict";
import fc from "fast-check";
import { type Batch, decodeBatch, encodeBatch, type Message } from "./wire.ts";

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const u16 = fc.nat(0xffff);
const u64 = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const bytes = fc.uint8Array({ maxLength: 300 });
const words = fc.string({ unit: "grapheme", maxLength: 40 });
const endpoint = fc.record({ host: words, port: u16 });
const of = <T extends string>(what: T) => fc.constant(what);

const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ what: of("open"), line: u32, remote: endpoint, local: endpoint }),
  fc.record({
    what: of("packet"),
    line: u32,
    type: fc.integer({ min: -0x8000, max: 0x7fff }),
    version: u16,
    payload: bytes,
  }),
  fc.record({ what: of("written"), line: u32, mark: u32 }),
  fc.record({
    what: of("gone"),
    line: u32,
    ending: fc.constantFrom(
      "clean" as const,
      "unclear" as const,
      "dead" as const,
    ),
    reason: words,
  }),
  fc.record({ what: of("silent"), line: u32 }),
  fc.record({ what: of("over rate"), line: u32 }),
  fc.record({ what: of("expel"), line: u32, sentence: words, reason: words }),
  fc.record({ what: of("queue"), line: u32, bytes: u32 }),
  fc.record({
    what: of("session"),
    line: u32,
    phase: fc.constantFrom(
      "new" as const,
      "hello" as const,
      "online" as const,
      "gone" as const,
    ),
    uid: u32,
    saidGoodbye: fc.boolean(),
    dialect: words,
  }),
  fc.record({ what: of("handled"), line: u32, bytes: u32 }),
  fc.record({ what: of("hold"), line: u32, ms: u32 }),
  fc.record({ what: of("grant"), line: u32, count: u32 }),
  fc.record({ what: of("end"), line: u32, reason: words }),
  fc.record({ what: of("control"), text: words }),
  fc.record({
    what: of("write"),
    lines: fc.array(u32),
    mark: u32,
    frames: bytes,
  }),
  fc.record({ what: of("close"), line: u32, reason: words }),
  fc.record({ what: of("keep"), line: u32, record: bytes }),
  fc.record({ what: of("reset") }),
);
const batch: fc.Arbitrary<Batch> = fc.record({
  epoch: u32,
  gateway: u16,
  life: u32,
  seq: u64,
  ack: u64,
  messages: fc.array(message, { maxLength: 12 }),
});
/**
 * Removes prototypes and buffers, which make equal values compare as different.
 */
const plain = (value: unknown) =>
  JSON.stringify(
    value,
    (_, part) => part instanceof Uint8Array ? [...part] : part,
  );

Deno.test("decodeBatch() reads what encodeBatch() wrote", () => {
  fc.assert(fc.property(batch, (one) => {
    assert.deepEqual(
      JSON.parse(plain(decodeBatch(encodeBatch(one)))),
      JSON.parse(plain(one)),
    );
  }));
});

Deno.test("decodeBatch() refuses every beginning of a batch, and more than one", () => {
  fc.assert(fc.property(batch, fc.nat(), (one, at) => {
    const whole = encodeBatch(one);
    assert.equal(decodeBatch(whole.subarray(0, at % whole.length)), undefined);
    const longer = new Uint8Array(whole.length + 1);
    longer.set(whole);
    assert.equal(decodeBatch(longer), undefined);
  }));
});

Deno.test("decodeBatch() never throws, and reads back what it accepts", () => {
  fc.assert(fc.property(batch, fc.nat(), u16, (one, at, value) => {
    const forged = encodeBatch(one);
    forged[at % forged.length] = value;
    const read = decodeBatch(forged);
    if (read !== undefined) {
      assert.deepEqual([...encodeBatch(read)], [...forged]);
    }
  }));
  fc.assert(fc.property(bytes, (some) => void decodeBatch(some)));
});

Deno.test("decodeBatch() refuses another version", () => {
  const whole = encodeBatch({
    epoch: 1,
    gateway: 1,
    life: 1,
    seq: 1,
    ack: 0,
    messages: [],
  });
  whole[0] = 2;
  assert.equal(decodeBatch(whole), undefined);
});

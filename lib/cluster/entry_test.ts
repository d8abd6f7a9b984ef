import assert from "node:assert/strict";
import { batchFor, encodeEntry, type LoggedBatch } from "./entry.ts";

const batch = (gateway: number, seq: number): LoggedBatch => ({
  epoch: 3,
  gateway,
  life: 7,
  seq,
  ack: 9,
  accepted: seq - 1,
  messages: [{ what: "written", line: gateway, mark: seq }],
});
const entry = encodeEntry({
  epoch: 3,
  batches: [batch(1, 5), batch(65_535, 6), batch(2, 8)],
  records: [["s1", Uint8Array.of(1, 2)]],
});

Deno.test("batchFor() finds a gateway's own batch", () => {
  for (const [gateway, seq] of [[1, 5], [65_535, 6], [2, 8]] as const) {
    const { accepted: _, ...expected } = batch(gateway, seq);
    assert.deepEqual(batchFor(gateway, entry), expected);
  }
  assert.equal(batchFor(3, entry), undefined);
});

Deno.test("batchFor() never throws, whatever it is given", () => {
  for (let length = 0; length < entry.length; length++) {
    batchFor(3, entry.subarray(0, length));
    batchFor(2, entry.subarray(0, length));
  }
  assert.equal(batchFor(1, new Uint8Array(64).fill(255)), undefined);
});

import assert from "node:assert/strict";
import { decodeEntry, encodeEntry, type LogEntry } from "./entry.ts";
import { LogState } from "./log_state.ts";

const bytes = (...all: number[]) => Uint8Array.from(all);
const write = (seq: number) => ({
  what: "write" as const,
  lines: [seq],
  mark: 0,
  frames: bytes(seq),
});
const batch = (seq: number, ack: number, accepted: number, life = 7) => ({
  epoch: 3,
  gateway: 1,
  life,
  seq,
  ack,
  accepted,
  messages: seq === 0 ? [] : [write(seq)],
});

function apply(state: LogState, ...entries: Partial<LogEntry>[]): void {
  for (const entry of entries) {
    state.apply(
      state.index + 2,
      decodeEntry(encodeEntry({ epoch: 3, batches: [], ...entry })),
    );
  }
}

Deno.test("LogState keeps batches until the log says that they were accepted", () => {
  const state = new LogState();
  apply(
    state,
    { batches: [batch(1, 4, 0)] },
    { batches: [batch(2, 4, 0)] },
    { batches: [batch(0, 6, 1)] },
  );
  const link = state.links.get(1)!;
  assert.deepEqual(link.waiting.map(({ seq }) => seq), [2]);
  assert.deepEqual([link.handled, link.sent], [6, 2]);
  assert.deepEqual([state.index, state.epoch], [6, 3]);
});

Deno.test("LogState starts afresh with another run of a gateway", () => {
  const state = new LogState();
  apply(state, { batches: [batch(1, 4, 0)] }, { batches: [batch(0, 0, 0, 8)] });
  const link = state.links.get(1)!;
  assert.deepEqual([link.life, link.sent, link.waiting.length], [8, 0, 0]);
});

Deno.test("LogState keeps records until they are removed", () => {
  const state = new LogState();
  apply(
    state,
    { records: [["a", bytes(1)], ["b", bytes(2)]], changes: bytes(9) },
    { records: [["a", null], ["b", bytes(3, 4)]] },
  );
  assert.deepEqual([...state.records], [["b", bytes(3, 4)]]);
});

Deno.test("LogState.decode() reads what encode() wrote", () => {
  const state = new LogState();
  apply(state, {
    batches: [batch(1, 4, 0), { ...batch(0, 2 ** 40, 0), gateway: 2 }],
    records: [["s:1", bytes(1)], ["é", bytes()]],
  });
  const read = LogState.decode(state.encode());
  assert.deepEqual(read.encode(), state.encode());
  assert.deepEqual([...read.records.keys()], ["s:1", "é"]);
  assert.equal(read.links.get(2)?.handled, 2 ** 40);
});

Deno.test("decodeEntry() refuses every beginning of an entry", () => {
  const whole = encodeEntry({
    epoch: 1,
    batches: [batch(1, 1, 0)],
    records: [["a", bytes(1)]],
    changes: bytes(1, 2, 3),
  });
  for (let at = 0; at < whole.length; at++) {
    assert.throws(() => decodeEntry(whole.subarray(0, at)), `${at}`);
  }
});

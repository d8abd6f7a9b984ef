import assert from "node:assert/strict";
import fc from "fast-check";
import { Link } from "./link.ts";
import type { Batch, Message } from "./wire.ts";

const said = (mark: number): Message => ({ what: "written", line: 1, mark });

/** Makes an end whose batches are collected instead of sent. */
function make() {
  const batches: Batch[] = [];
  const delivered: number[] = [];
  const link: Link = new Link({
    gateway: 1,
    life: 1,
    epoch: () => 1,
    transmit: (batch) => batches.push(batch),
    deliver(messages, seq) {
      for (const one of messages) {
        if (one.what === "written") delivered.push(one.mark);
      }
      link.accept(seq);
    },
  });
  return { link, batches, delivered };
}

Deno.test("Link delivers once and in order what arrives in any order, twice", () => {
  fc.assert(fc.property(
    fc.nat(60).chain((n) =>
      fc.shuffledSubarray([...Array(2 * n).keys()], { minLength: 2 * n })
    ),
    (order) => {
      const [a, b] = [make(), make()];
      const count = order.length / 2;
      for (let mark = 1; mark <= count; mark++) a.link.send([said(mark)], 0);
      for (const at of order) b.link.receive(a.batches[at % count]!, 0);
      assert.deepEqual(
        b.delivered,
        Array.from({ length: count }, (_, i) => i + 1),
      );
    },
  ));
});

Deno.test("Link repeats until it is accepted, and then no more", () => {
  const [a, b] = [make(), make()];
  a.link.send([said(1)], 0);
  a.link.send([said(2)], 0);
  a.batches.length = 0;
  a.link.tick(199);
  assert.deepEqual(a.batches.filter(({ seq }) => seq > 0), []);
  a.link.tick(200);
  const repeated = a.batches.filter(({ seq }) => seq > 0);
  assert.deepEqual(repeated.map(({ seq }) => seq), [1, 2]);
  for (const batch of repeated) b.link.receive(batch, 200);
  b.link.tick(200);
  assert.equal(b.batches.at(-1)!.ack, 2);
  a.link.receive(b.batches.at(-1)!, 201);
  assert.equal(a.link.waiting, 0);
  a.batches.length = 0;
  a.link.tick(5000);
  assert.deepEqual(a.batches.map(({ seq }) => seq), [0], "a sign of life");
});

Deno.test("Link acknowledges again what comes again: the answer may be lost", () => {
  const [a, b] = [make(), make()];
  a.link.send([said(1)], 0);
  b.link.receive(a.batches[0]!, 0);
  b.link.tick(1);
  b.link.tick(26);
  b.batches.length = 0;
  b.link.receive(a.batches[0]!, 30);
  b.link.tick(31);
  b.link.tick(56);
  assert.deepEqual(b.batches.map(({ ack }) => ack), [1]);
  assert.deepEqual(b.delivered, [1]);
});

Deno.test("Link's acknowledgement waits a little for a batch to travel with", () => {
  const [a, b] = [make(), make()];
  b.link.tick(0);
  b.batches.length = 0;
  a.link.send([said(1)], 0);
  b.link.receive(a.batches[0]!, 0);
  b.link.tick(1);
  assert.deepEqual(b.batches, []);
  b.link.send([said(2)], 10);
  assert.deepEqual(b.batches.map(({ seq, ack }) => [seq, ack]), [[1, 1]]);
  b.link.tick(100);
  assert.equal(b.batches.length, 1, "it has travelled");
  a.link.send([said(3)], 110);
  b.link.receive(a.batches[1]!, 110);
  b.link.tick(110);
  b.link.tick(134);
  assert.equal(b.batches.length, 1);
  b.link.tick(135);
  assert.deepEqual(b.batches.slice(1).map(({ seq, ack }) => [seq, ack]), [[
    0,
    2,
  ]]);
});

Deno.test("Link holds a bounded number of batches behind a missing one", () => {
  const [a, b] = [make(), make()];
  for (let mark = 1; mark <= 1000; mark++) a.link.send([said(mark)], 0);
  for (const batch of a.batches.slice(1)) b.link.receive(batch, 0);
  assert.deepEqual(b.delivered, []);
  b.link.receive(a.batches[0]!, 0);
  assert.equal(b.delivered.length, 256);
});

Deno.test("Link goes on with the numbers that another core wrote to the log", () => {
  const { link, batches } = make();
  const batch = { epoch: 1, gateway: 1, life: 1, ack: 5 };
  link.resume({
    gateway: 1,
    life: 1,
    isLost: false,
    handled: 5,
    sent: 2,
    waiting: [1, 2].map((seq) => ({ ...batch, seq, messages: [said(seq)] })),
  });
  assert.equal(link.acknowledged, 0);
  assert.equal(link.nextSeq, 3);
  link.tick(0);
  assert.deepEqual(batches.map(({ seq, ack }) => [seq, ack]).slice(0, 2), [
    [1, 5],
    [2, 5],
  ]);
});

Deno.test("Link repeats what the log has announced, and says nothing itself", () => {
  const [a, b] = [make(), make()];
  a.link.accept(3);
  a.link.announced([said(1)], 0);
  a.link.announced([], 0);
  a.link.tick(0);
  assert.equal(a.batches.length, 0);
  assert.deepEqual([a.link.waiting, a.link.nextSeq], [1, 2]);
  a.link.tick(200);
  const repeated: Batch | undefined = a.batches.at(0);
  assert.deepEqual([repeated!.seq, repeated!.ack], [1, 3]);
  b.link.receive(repeated!, 200);
  assert.deepEqual(b.delivered, [1]);
});

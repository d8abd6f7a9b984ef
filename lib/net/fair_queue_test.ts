import assert from "node:assert/strict";
import { FairQueue } from "./fair_queue.ts";

function filled(items: string): FairQueue<string> {
  const queue = new FairQueue<string>();
  for (const item of items.split(" ")) queue.push(item[0]!, item);
  return queue;
}

Deno.test("FairQueue.shift() lets a newcomer pass the crowd of another", () => {
  const queue = filled("a1 a2 a3 a4 b1 c1 b2");
  const order = Array.from({ length: 8 }, () => queue.shift());
  assert.deepEqual(
    order,
    ["a1", "b1", "c1", "a2", "b2", "a3", "a4", undefined],
  );
  assert.equal(queue.size, 0);
});

Deno.test("FairQueue.dropNewestOfLongest() takes from the crowd, not from the newcomer", () => {
  const queue = filled("a1 a2 a3 b1");
  assert.equal(queue.dropNewestOfLongest(), "a3");
  assert.equal(queue.size, 3);
});

Deno.test("FairQueue.dropNewestOfLongest() takes the last arrival if all queues are equally long", () => {
  const queue = filled("a1");
  queue.push("a", "a2");
  assert.equal(queue.dropNewestOfLongest(), "a2");
  assert.equal(queue.dropNewestOfLongest(), "a1");
  assert.equal(queue.dropNewestOfLongest(), undefined);
});

import assert from "node:assert/strict";
import { Departed, SHOWN_MS } from "./departed.ts";

Deno.test("Departed forgets those who returned, the old, and the thousand and first", () => {
  const departed = new Departed();
  departed.add(1, 0);
  departed.add(2, 1000);
  departed.add(3, 2000);
  departed.delete(3);
  assert.deepEqual(departed.list(3000), [1, 2]);
  assert.deepEqual(departed.list(SHOWN_MS + 1), [2]);
  for (let uid = 10; uid < 1010; uid++) departed.add(uid, 5000);
  const left = departed.list(5000);
  assert.equal(left.length, 1000);
  assert.ok(!left.includes(2));
});

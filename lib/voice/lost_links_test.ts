import assert from "node:assert/strict";
import { LostLinks, REMINDER_DELAYS, SETTLED_MS } from "./lost_links.ts";

const [OAK, ANN] = [50001, 1000002];

Deno.test("LostLinks waits before it reminds, and a return cancels it", () => {
  const links = new LostLinks();
  links.linked(OAK, ANN, 0);
  links.lost(OAK, ANN, 100);
  assert.deepEqual(links.due(1099), []);
  assert.deepEqual(links.due(1100), [{ gid: OAK, uid: ANN }]);
  assert.deepEqual(links.due(9999), []);
  links.linked(OAK, ANN, 10_000);
  links.lost(OAK, ANN, 10_001);
  links.linked(OAK, ANN, 10_100);
  assert.deepEqual(links.due(99_999), []);
});

Deno.test("LostLinks gives up on a client that closes every link", () => {
  const links = new LostLinks();
  let now = 0;
  const reminders: number[] = [];
  for (let i = 0; i < 1000; i++) {
    links.linked(OAK, ANN, now);
    links.lost(OAK, ANN, now);
    for (let waited = 0; waited < 100_000; waited += 1000) {
      if (links.due(now + waited).length > 0) reminders.push(waited);
    }
    now += 100_000;
  }
  assert.deepEqual(reminders, REMINDER_DELAYS);
});

Deno.test("LostLinks starts afresh after a link that lasted", () => {
  const links = new LostLinks();
  for (let i = 0; i < 10; i++) {
    links.linked(OAK, ANN, 0);
    links.lost(OAK, ANN, 0);
    links.due(1e6);
  }
  links.linked(OAK, ANN, 0);
  links.lost(OAK, ANN, SETTLED_MS);
  assert.equal(links.due(SETTLED_MS + 1000).length, 1);
});

Deno.test("LostLinks forgets members who left", () => {
  const links = new LostLinks();
  for (const forget of ["forget", "forgetRoom"] as const) {
    links.linked(OAK, ANN, 0);
    links.lost(OAK, ANN, 0);
    links[forget](OAK, ANN);
    assert.deepEqual(links.due(1e6), []);
  }
});

import assert from "node:assert/strict";
import { Inbox, NotInTime } from "./inbox.ts";

const newInbox = () => new Inbox<string>((item) => item);

Deno.test("Inbox.next takes the first that fits and leaves the rest in order", async () => {
  const inbox = newInbox();
  for (const item of ["a1", "b1", "a2"]) inbox.put(item);
  const b = await inbox.next((item) => item.startsWith("b"), "b");
  assert.equal(b, "b1");
  assert.deepEqual(inbox.items, ["a1", "a2"]);
  assert.deepEqual(inbox.drain(), ["a1", "a2"]);
  assert.deepEqual(inbox.items, []);
});

Deno.test("Inbox.next waits, and waiters are served in order", async () => {
  const inbox = newInbox();
  const both = Promise.all([
    inbox.next(() => true, "any"),
    inbox.next(() => true, "any"),
  ]);
  inbox.put("first");
  inbox.put("second");
  assert.deepEqual(await both, ["first", "second"]);
});

Deno.test("Inbox.next reports what it waited for and what arrived instead", async () => {
  const inbox = newInbox();
  inbox.put("other");
  await assert.rejects(
    inbox.next((item) => item === "wanted", "the wanted one", 1),
    (error) =>
      error instanceof NotInTime &&
      error.message === "the wanted one did not come in 1 ms; got other",
  );
  inbox.put("wanted");
  assert.deepEqual(inbox.items, ["other", "wanted"], "who gave up takes none");
});

Deno.test("Inbox.fail ends waiting but keeps items that have arrived", async () => {
  const inbox = newInbox();
  inbox.put("kept");
  const waiting = inbox.next((item) => item === "never", "never");
  inbox.fail(new Error("gone"));
  await assert.rejects(waiting, /gone/);
  assert.equal(await inbox.next(() => true, "any"), "kept");
  await assert.rejects(inbox.next(() => true, "any"), /gone/);
});

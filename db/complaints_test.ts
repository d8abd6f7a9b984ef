import assert from "node:assert/strict";
import { addUser, fails, NOON, withStore } from "../tests/support/db/temp.ts";

Deno.test("a complaint keeps its original text and can be handled", () =>
  withStore((store) => {
    const { complaints } = store;
    const bob = addUser(store, "Bob");
    const troll = addUser(store, "Troll");
    const first = complaints.add({
      at: NOON,
      reporter: bob.uid,
      reporterName: "Bob",
      about: troll.uid,
      aboutName: "Troll",
      gid: 50001,
      room: "The Royal Oak",
      text: "he shouts",
      lines: [{ at: NOON, nickname: "Troll", text: "AAA \u20ac" }],
    });
    const { id: _, ...made } = first;
    const second = complaints.add({
      ...made,
      at: NOON + 1,
      about: null,
      aboutName: "",
      lines: [],
    });
    assert.deepEqual(complaints.get(first.id), {
      ...first,
      state: "open",
      note: "",
      handledBy: "",
      handledAt: null,
    });
    assert.equal(complaints.countBy(bob.uid, NOON), 1);
    assert.equal(complaints.countBy(bob.uid, NOON - 1), 2);
    complaints.update(first.id, {
      state: "closed",
      note: "warned",
      handledBy: "Guard",
      handledAt: NOON + 5,
    });
    const ids = (filter: Parameters<typeof complaints.list>[0]) =>
      complaints.list(filter).map(({ id }) => id);
    assert.deepEqual(ids({}), [second.id, first.id]);
    assert.deepEqual(ids({ limit: 1, offset: 1 }), [first.id]);
    assert.deepEqual(ids({ state: "waiting" }), [second.id]);
    assert.deepEqual(ids({ state: "closed" }), [first.id]);
    assert.deepEqual(ids({ about: troll.uid }), [first.id]);
    assert.deepEqual(ids({ reporter: bob.uid, state: "open" }), [second.id]);
    assert.throws(() => complaints.update(99, {}), fails("not-found"));
    store.accounts.remove(troll.uid, "keep");
    const kept = complaints.get(first.id);
    assert.deepEqual([kept?.about, kept?.aboutName], [null, "Troll"]);
    assert.equal(store.retention.prune("complaints", NOON + 5, 9), 0);
    assert.equal(store.retention.prune("complaints", NOON + 6, 9), 1);
    assert.deepEqual(ids({}), [second.id]);
  }));

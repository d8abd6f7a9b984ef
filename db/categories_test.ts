import assert from "node:assert/strict";
import { fails, withStore } from "../tests/support/db/temp.ts";

Deno.test("categories.set() adds at the end and changes in place", () =>
  withStore(({ categories }) => {
    categories.set({ code: 7, name: "New" });
    assert.deepEqual(categories.list().at(-1), {
      code: 7,
      name: "New",
      position: 30,
    });
    categories.set({ code: 30001, name: "Best Rooms" });
    assert.deepEqual(categories.list()[0], {
      code: 30001,
      name: "Best Rooms",
      position: 1,
    });
    categories.set({ code: 7, name: "New", position: 0 });
    assert.equal(categories.list()[0]?.code, 7);
    assert.equal(categories.list().length, 30);
    assert.throws(() => categories.set({ code: 65536, name: "x" }));
  }));

Deno.test("categories.remove() refuses one that still has rooms", () =>
  withStore(({ categories, rooms }) => {
    assert.throws(
      () => categories.remove(30018),
      fails("in-use", /still has rooms/),
    );
    for (const { gid, category } of rooms.list()) {
      if (category === 30018) rooms.remove(gid);
    }
    assert.equal(categories.remove(30018), true);
    assert.equal(categories.remove(30018), false);
    assert.equal(categories.list().length, 28);
  }));

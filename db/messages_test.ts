import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { SYSTEM_UID } from "../lib/domain/store.ts";
import { openStore } from "./open.ts";
import { Script } from "../tests/support/db/process.ts";
import {
  addUser,
  fails,
  NOON,
  withFolder,
  withStore,
} from "../tests/support/db/temp.ts";

Deno.test("messages.add() keeps every byte from 0 to 255", () =>
  withStore((store) => {
    const { uid } = addUser(store, "Ada");
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (body) => {
      const { id } = store.messages.add({
        to: uid,
        from: SYSTEM_UID,
        body,
        at: NOON,
      });
      assert.deepEqual(store.messages.waiting(uid), [
        { id, to: uid, from: SYSTEM_UID, body, at: NOON },
      ]);
      store.messages.remove([id]);
    }));
    const body = Uint8Array.from({ length: 256 }, (_, value) => value);
    store.messages.add({ to: uid, from: SYSTEM_UID, body, at: NOON });
    assert.deepEqual(store.messages.waiting(uid)[0]?.body, body);
  }));

Deno.test("messages.waiting() gives the order in which they were added", () =>
  withStore((store) => {
    const ada = addUser(store, "Ada").uid;
    const bob = addUser(store, "Bob").uid;
    const add = (to: number, n: number, at: number) =>
      store.messages.add({ to, from: bob, body: Uint8Array.of(n), at });
    add(ada, 1, NOON);
    add(bob, 9, NOON);
    add(ada, 2, NOON);
    // The clock was set back in between.
    add(ada, 3, NOON - 5000);
    const numbers = () =>
      store.messages.waiting(ada).map(({ body }) => body[0]);
    assert.deepEqual(numbers(), [1, 2, 3]);
    assert.equal(store.messages.count(ada), 3);
    const [first, , third] = store.messages.waiting(ada);
    store.messages.remove([first!.id, third!.id, 999]);
    assert.deepEqual(numbers(), [2]);
    add(ada, 4, NOON);
    assert.deepEqual(numbers(), [2, 4]);
    assert.equal(store.messages.count(bob), 1);
  }));

Deno.test("messages.add() refuses a receiver who does not exist", () =>
  withStore((store) => {
    const message = { from: SYSTEM_UID, body: new Uint8Array(), at: NOON };
    assert.throws(
      () => store.messages.add({ to: 5, ...message }),
      fails("not-found"),
    );
  }));

Deno.test("messages.add() loses nothing it returned from when the process is killed", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    const before = await openStore(path);
    const { uid } = addUser(before, "Ada");
    before.close();
    const told: number[] = [];
    for (let round = 0; round < 3; round++) {
      await using script = new Script("add_messages.ts", path, String(uid));
      const enough = told.length + 50 + 37 * round;
      while (told.length < enough) told.push(Number(await script.line()));
      told.push(...(await script.kill()).map(Number));
    }
    const after = await openStore(path);
    const waiting = after.messages.waiting(uid).map(({ id }) => id);
    after.close();
    const kept = new Set(waiting);
    assert.deepEqual(told.filter((id) => !kept.has(id)), []);
    // Each kill may have happened after a message was written and before it was
    // reported.
    assert.ok(waiting.length - told.length <= 3);
    assert.equal(kept.size, waiting.length);
  }));

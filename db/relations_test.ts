import assert from "node:assert/strict";
import { type Store, SYSTEM_UID, type Uid } from "../lib/domain/store.ts";
import { addUser, fails, NOON, withStore } from "../tests/support/db/temp.ts";

/** Returns the pals without the system user, with which everybody starts. */
function chosenPals({ relations }: Store, uid: Uid) {
  return relations.pals(uid).filter((pal) => pal.uid !== SYSTEM_UID);
}

Deno.test("relations.pals() begins with the system user, who can be removed", () =>
  withStore((store) => {
    const { relations } = store;
    const ada = addUser(store, "Ada").uid;
    assert.deepEqual(relations.pals(ada), [
      { uid: SYSTEM_UID, nickname: "Paltalk", first: "", last: "" },
    ]);
    assert.equal(relations.removePal(ada, SYSTEM_UID), true);
    assert.deepEqual(relations.pals(ada), []);
  }));

Deno.test("relations.pals() leaves out hidden names", () =>
  withStore((store) => {
    const ada = addUser(store, "Ada").uid;
    const names = { first: "Robert", last: "Smith" };
    const bob = addUser(store, "Bob", { ...names, showFirst: false }).uid;
    store.relations.addPal(ada, bob, NOON);
    assert.deepEqual(chosenPals(store, ada), [
      { uid: bob, nickname: "Bob", first: "", last: "Smith" },
    ]);
  }));

Deno.test("relations find pals in both directions", () =>
  withStore((store) => {
    const { relations } = store;
    const ada = addUser(store, "Ada").uid;
    const bob = addUser(store, "Bob", { first: "Robert" }).uid;
    const cy = addUser(store, "Cy").uid;
    assert.equal(relations.addPal(ada, bob, NOON), true);
    assert.equal(relations.addPal(ada, bob, NOON), false);
    assert.equal(relations.addPal(cy, bob, NOON), true);
    assert.deepEqual(chosenPals(store, ada), [
      { uid: bob, nickname: "Bob", first: "Robert", last: "" },
    ]);
    assert.deepEqual(chosenPals(store, bob), []);
    assert.deepEqual(relations.watchers(bob), [ada, cy]);
    assert.equal(relations.removePal(ada, bob), true);
    assert.equal(relations.removePal(ada, bob), false);
    assert.deepEqual(relations.watchers(bob), [cy]);
    assert.throws(() => relations.addPal(ada, 5, NOON), fails("not-found"));
  }));

Deno.test("relations find blocks in both directions", () =>
  withStore((store) => {
    const { relations } = store;
    const ada = addUser(store, "Ada").uid;
    const bob = addUser(store, "Bob").uid;
    assert.equal(relations.addBlock(ada, bob, NOON), true);
    assert.equal(relations.addBlock(ada, bob, NOON), false);
    assert.deepEqual(relations.blocks(ada).map(({ uid }) => uid), [bob]);
    assert.deepEqual(relations.blockedBy(bob), [ada]);
    assert.deepEqual(relations.blockedBy(ada), []);
    assert.deepEqual(chosenPals(store, ada), []);
    assert.equal(relations.removeBlock(ada, bob), true);
    assert.equal(relations.removeBlock(ada, bob), false);
    assert.throws(() => relations.addBlock(5, ada, NOON), fails("not-found"));
  }));

Deno.test("relations.pals() follows a new nickname", () =>
  withStore((store) => {
    const ada = addUser(store, "Ada").uid;
    const bob = addUser(store, "Bob").uid;
    store.relations.addPal(ada, bob, NOON);
    store.accounts.update(bob, { nickname: "Robert" });
    assert.equal(chosenPals(store, ada)[0]?.nickname, "Robert");
  }));

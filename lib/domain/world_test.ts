import assert from "node:assert/strict";
import { withStore } from "../../tests/support/db/temp.ts";
import { Session } from "./session.ts";
import type { Account } from "./store.ts";
import { World } from "./world.ts";

/** A user online with nothing but a number. */
function guest(world: World, uid: number): Session {
  const session = new Session(uid, "10.0.0.1", "10.0.0.2", 0);
  session.account = { uid, nickname: `user ${uid}`, role: "user" } as Account;
  world.signOn(session, [], []);
  return session;
}

/** Numbers of three temporary rooms of a world that starts at `start`. */
function numbers(world: World): number[] {
  return ["one", "two", "three"].map((name) =>
    world.createTemporary({
      name,
      category: 30018,
      type: 0,
      rating: "G",
      owner: 1000002,
      lockword: "",
      createdAt: 0,
      floorPauseMs: 1000,
    })!.gid
  );
}

Deno.test("World.load() numbers temporary rooms from another place at each start", () =>
  withStore((store) => {
    assert.deepEqual(numbers(World.load(store)), [1001, 1002, 1003]);
    // 48,999 numbers: the last ones are followed by the first.
    assert.deepEqual(numbers(World.load(store, 48_998)), [49_999, 1001, 1002]);
    const [first] = numbers(World.load(store, 1_795_388_000.7));
    const [second] = numbers(World.load(store, 1_795_388_009.2));
    assert.equal(second! - first!, 9);
  }));

Deno.test("World.signOff() takes along the offers of one and to one, and no others", () => {
  const world = new World();
  const ann = guest(world, 2);
  for (const uid of [3, 4]) guest(world, uid);
  world.offer("file", 2, 3);
  world.offer("call", 3, 2);
  world.offer("file", 3, 4);
  world.endOffer("file", 4, 3);
  world.signOff(ann);
  guest(world, 2);
  assert.equal(world.hasOffer("file", 2, 3), false);
  assert.equal(world.hasOffer("call", 3, 2), false);
  assert.equal(world.hasOffer("file", 3, 4), true);
  world.endOffer("file", 3, 4);
  assert.equal(world.hasOffer("file", 3, 4), false);
});

Deno.test("World.signOff() does not look at the offers of all others", () => {
  const world = new World();
  for (let from = 100; from < 300; from++) {
    for (let to = 1000; to < 2000; to++) world.offer("file", from, to);
  }
  const began = performance.now();
  for (let n = 0; n < 200; n++) world.signOff(guest(world, 2));
  // Fifteen seconds when it did; otherwise a few milliseconds.
  const ms = performance.now() - began;
  assert.ok(ms < 2000, `${ms} ms`);
});

import assert from "node:assert/strict";
import { withStore } from "../../db/testing/temp.ts";
import { World } from "./world.ts";

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

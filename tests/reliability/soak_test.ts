/**
 * A short run of `deno task soak`; docs/reliability.md has the figures of the
 * long one.
 *
 * @module
 */
import assert from "node:assert/strict";
import { soak } from "../../scripts/soak/soak.ts";

Deno.test("a crowd with talkers, floods, slow readers and restarts leaves nothing lost and nothing behind", async () => {
  const said: string[] = [];
  const faults = await soak({
    seconds: 15,
    people: 15,
    talkers: 3,
    hostile: 2,
    print: (line) => said.push(line),
  });
  assert.deepEqual(faults, [], said.join("\n"));
});

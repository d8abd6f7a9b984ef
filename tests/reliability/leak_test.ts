import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

/** Maximum growth in the last rounds, far less than a session needs. */
const MOST_GROWTH = 500_000;

Deno.test("a thousand people who came and went leave no memory behind", async () => {
  const url = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--config",
      url("../../deno.json"),
      "--v8-flags=--expose-gc",
      url("support/churn.ts"),
    ],
  }).output();
  const decoder = new TextDecoder();
  assert.ok(success, decoder.decode(stderr));
  const used: number[] = JSON.parse(decoder.decode(stdout));
  const grown = used.at(-1)! - used[1]!;
  assert.ok(grown < MOST_GROWTH, `${grown} bytes more: ${used.join(" ")}`);
});

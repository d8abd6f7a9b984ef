import { deepEqual, equal, match } from "node:assert/strict";
import type { Logger } from "../ops/log.ts";
import { Parts } from "./parts.ts";

function recorder() {
  const lines: string[] = [];
  const note = (message: string, fields?: Record<string, unknown>) =>
    void lines.push(`${message} ${JSON.stringify(fields)}`);
  const log = { debug: note, info: note, warn: note, error: note } as Logger;
  return { lines, log };
}

Deno.test("Parts end in reverse order, one after the other", async () => {
  const ended: string[] = [];
  const parts = new Parts(recorder().log);
  parts.use("a", { [Symbol.dispose]: () => void ended.push("a") });
  parts.use("b", {
    async [Symbol.asyncDispose]() {
      await new Promise((done) => setTimeout(done, 5));
      ended.push("b");
    },
  });
  await parts[Symbol.asyncDispose]();
  deepEqual(ended, ["b", "a"]);
  equal(parts.failed, false);
});

Deno.test("a part that fails is logged and does not keep the others", async () => {
  const { lines, log } = recorder();
  let ended = false;
  const parts = new Parts(log);
  parts.use("first", { [Symbol.dispose]: () => void (ended = true) });
  parts.use("second", {
    [Symbol.asyncDispose]: () => Promise.reject(new Error("stuck")),
  });
  await parts[Symbol.asyncDispose]();
  equal(ended, true);
  equal(parts.failed, true);
  match(lines.join(), /could not end cleanly.*second.*stuck/);
});

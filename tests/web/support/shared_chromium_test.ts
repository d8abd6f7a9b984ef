import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { Chromium, MISSING } from "./chromium.ts";
import { inTime } from "./shared_chromium.ts";

Deno.test("a browser test that does not end fails, and its browser ends", async () => {
  const child = new Deno.Command("sleep", { args: ["600"] }).spawn();
  await rejects(inTime(new Promise(() => {}), { child }, 20), /0.02 s/);
  equal((await child.status).signal, "SIGKILL");
});

/** Returns the processes that were started with this word. */
async function processesWith(word: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const line = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(
      // It has ended.
      () => "",
    );
    if (line.includes(word)) found.push(`${name} ${line.slice(0, 40)}`);
  }
  return found;
}

Deno.test({
  name: "a closed browser leaves no process",
  ignore: MISSING !== null || Deno.build.os !== "linux",
  // The debugger's socket ends a moment later.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const chromium = await Chromium.start();
    ok((await processesWith(chromium.profile)).length > 0);
    await chromium[Symbol.asyncDispose]();
    for (let i = 0; i < 50; i++) {
      if ((await processesWith(chromium.profile)).length === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    deepEqual(await processesWith(chromium.profile), []);
  },
});

import { equal, rejects } from "node:assert/strict";
import { inTime } from "./shared_chromium.ts";

Deno.test("a browser test that does not end fails, and its browser ends", async () => {
  const child = new Deno.Command("sleep", { args: ["600"] }).spawn();
  await rejects(inTime(new Promise(() => {}), { child }, 20), /0.02 s/);
  equal((await child.status).signal, "SIGKILL");
});

/** The size of the browser client: small enough for a phone. */
import { ok } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { browserClient } from "../../lib/web/chat/browser_client.ts";
import { buildBrowserClient } from "../../scripts/browser_client.ts";

const MOST_BYTES = 120_000;

Deno.test("the files of /chat stay under 120 kB gzipped", async () => {
  await buildBrowserClient();
  const files = [...browserClient()!.values()];
  ok(files.length >= 3);
  const bytes = files.reduce(
    (sum, file) => sum + gzipSync(file.bytes).length,
    0,
  );
  ok(bytes < MOST_BYTES, `${bytes} bytes`);
});

/**
 * A core and a gateway that find no NATS at their start.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { withFolder } from "../support/db/temp.ts";
import { RunningCli } from "../support/server.ts";

/** Nobody answers there. */
const NOBODY = "nats://me:s3cret@127.0.0.1:1";

const serve = (role: string, data: string) =>
  new RunningCli(["serve", "--data", data, "--no-web", "--chat-port", "0"], {
    "cluster.role": role,
    "cluster.nats": NOBODY,
  });

for (const role of ["core", "gateway"]) {
  Deno.test(`a ${role} that waits for NATS ends at once when it is told to`, async () => {
    await withFolder(async (folder) => {
      await using cli = serve(role, join(folder, role));
      await cli.err.match(/NATS cannot be reached yet/, 20_000);
      const at = performance.now();
      cli.kill("SIGTERM");
      assert.equal(await cli.code(), 0);
      const took = performance.now() - at;
      assert.ok(took < 10_000, `${took} ms`);
      assert.equal(cli.out.text, "");
      assert.ok(!cli.err.text.includes("s3cret"));
    });
  });
}

Deno.test("without NATS the start ends after 30 seconds, with its address", {
  ignore: Deno.env.get("RETROPAL_LONG") === undefined,
}, async () => {
  await withFolder(async (folder) => {
    await Promise.all(["core", "gateway"].map(async (role) => {
      await using cli = serve(role, join(folder, role));
      const at = performance.now();
      assert.equal(await cli.code(), 1);
      const took = performance.now() - at;
      assert.ok(took > 29_000 && took < 50_000, `${took} ms`);
      assert.match(
        cli.err.text,
        /NATS cannot be reached at nats:\/\/127\.0\.0\.1:1 .*Start nats-server/,
      );
      assert.ok(!cli.err.text.includes("s3cret"));
    }));
  });
});

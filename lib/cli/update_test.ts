import { deepEqual, equal, match } from "node:assert/strict";
import { VERSION } from "../version.ts";
import { Home } from "../../tests/support/cli/retropal.ts";

Deno.test("update installs nothing, and sends no request without an address", async () => {
  await using home = await Home.make();
  const bare = await home.run("update");
  equal(bare.code, 2);
  match(bare.err, /never installs by itself/);
  const unset = await home.run("update --check");
  equal(unset.code, 1);
  match(unset.err, /config set update\.url/);
});

Deno.test("update --check compares this release with the newest", async () => {
  await using home = await Home.make();
  let answer = "99.0.0";
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen() {},
    handler: () => Response.json({ version: answer }),
  });
  const env = {
    RETROPAL_UPDATE_URL: `http://127.0.0.1:${server.addr.port}/`,
  };
  try {
    const newer = await home.run("update --check --json", { env });
    equal(newer.code, 0, newer.err);
    deepEqual(newer.json(), {
      current: VERSION,
      newest: "99.0.0",
      newer: true,
      page: null,
    });
    answer = VERSION;
    const same = await home.run("update --check", { env });
    match(same.out, /newest release/);
  } finally {
    await server.shutdown();
  }
});

import { equal, rejects } from "node:assert/strict";
import { isNewer, newestRelease } from "./releases.ts";

async function answering(
  body: string,
  work: (url: string) => Promise<void>,
  status = 200,
): Promise<void> {
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen() {},
    handler: () => new Response(body, { status }),
  });
  try {
    await work(`http://127.0.0.1:${server.addr.port}/latest`);
  } finally {
    await server.shutdown();
  }
}

Deno.test("newestRelease() reads a file of our own", () =>
  answering('{"version":"1.4.0","url":"https://example.org/"}', async (url) => {
    const release = await newestRelease(url);
    equal(release.version, "1.4.0");
    equal(release.page, "https://example.org/");
  }));

Deno.test("newestRelease() reads GitHub's latest release", () =>
  answering('{"tag_name":"v2.0.1","id":7}', async (url) => {
    equal((await newestRelease(url)).version, "2.0.1");
  }));

Deno.test("newestRelease() reports an invalid answer", async () => {
  await answering("<html>", async (url) => {
    await rejects(newestRelease(url), /does not answer with JSON/);
  });
  await answering('{"version":"\\u001b[31m1"}', async (url) => {
    await rejects(newestRelease(url), /names no release/);
  });
  await answering("gone", async (url) => {
    await rejects(newestRelease(url), /answers 404/);
  }, 404);
  await answering(" ".repeat(300_000), async (url) => {
    await rejects(newestRelease(url), /too long/);
  });
  await rejects(newestRelease("http://127.0.0.1:1/"), /cannot be reached/);
});

Deno.test("isNewer() compares numbers, and a pre-release comes first", () => {
  equal(isNewer("0.10.0", "0.9.9"), true);
  equal(isNewer("0.1.0", "0.1.0"), false);
  equal(isNewer("1.0.0", "1.0.0-rc.1"), true);
  equal(isNewer("1.0.0-rc.10", "1.0.0-rc.9"), true);
  equal(isNewer("1.0.0-rc.1", "1.0.0"), false);
  equal(isNewer("0.9.0", "1.0.0"), false);
});

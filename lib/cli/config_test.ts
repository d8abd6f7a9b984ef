import { deepEqual, equal, match } from "node:assert/strict";
import { Home } from "../../tests/support/cli/retropal.ts";

Deno.test("config init, set, show and check work together", async () => {
  await using home = await Home.make();
  equal((await home.run("config init")).code, 0);
  equal((await home.run("config init")).code, 1);
  const set = await home.run(["config", "set", "server.name", "The Oak"]);
  equal(set.code, 0, set.err);
  match(set.out, /server\.name = "The Oak"\nIt takes effect when the server/);
  const shown = await home.run("config show --changed --json", {
    env: { RETROPAL_WEB_PORT: "81" },
  });
  deepEqual(shown.json(), {
    "server.name": { value: "The Oak", origin: "file", live: true },
    "web.port": { value: 81, origin: "environment", live: false },
    "auth.scrypt_log2n": { value: 2, origin: "environment", live: false },
  });
  equal((await home.run("config check")).code, 0);
  match((await home.run("config show server.name")).out, /Name of this server/);
  equal((await home.run("config init --force")).code, 0);
  match(
    await Deno.readTextFile(`${home.data}/retropal.toml.old`),
    /The Oak/,
  );
});

Deno.test("config set and show refuse invalid input with a sentence", async () => {
  await using home = await Home.make();
  const key = await home.run("config set server.nam x");
  equal(key.code, 1);
  match(key.err, /Did you mean server\.name\?/);
  const value = await home.run("config set web.port high");
  match(value.err, /Allowed: a port from 1 to 65535/);
  const show = await home.run("config show web.prot");
  equal(show.code, 3);
  match(show.err, /Did you mean web\.port\?/);
});

Deno.test("config set treats an empty value like a missing one", async () => {
  await using home = await Home.make();
  for (const key of ["server.advertise", "web.trusted_proxies"]) {
    equal((await home.run(["config", "set", key, "127.0.0.1"])).code, 0);
    const set = await home.run(["config", "set", key, ""]);
    equal(set.code, 0, set.err);
    match(set.out, /= (""|\[\])\n/);
  }
});

Deno.test("config set keeps what another sets at the same time", async () => {
  await using home = await Home.make();
  await Deno.mkdir(home.data);
  const path = `${home.data}/retropal.toml`;
  await Deno.writeTextFile(path, "[limits]\n");
  // Another process has started to write.
  await Deno.writeTextFile(`${path}.partial`, "");
  const setting = home.run("config set limits.search_cost 4");
  await new Promise((resolve) => setTimeout(resolve, 100));
  await Deno.writeTextFile(`${path}.partial`, "[limits]\njoin_cost = 7\n");
  await Deno.rename(`${path}.partial`, path);
  equal((await setting).code, 0);
  const text = await Deno.readTextFile(path);
  match(text, /^search_cost = 4$/m);
  match(text, /^join_cost = 7$/m);
  // A file left by a killed process must not block others permanently.
  await Deno.writeTextFile(`${path}.partial`, "half");
  await Deno.utime(`${path}.partial`, 0, 0);
  equal((await home.run("config set server.name Oak")).code, 0);
});

Deno.test("config set leaves a file alone that it cannot change", async () => {
  await using home = await Home.make();
  await Deno.mkdir(home.data);
  const path = `${home.data}/retropal.toml`;
  for (const text of ["limits.join_cost = 3\n", "[limits\n", "limits = {}\n"]) {
    await Deno.writeTextFile(path, text);
    const set = await home.run("config set limits.join_cost 4");
    equal(set.code, 1);
    match(set.err, /write join_cost = 4 under \[limits\] yourself/);
    equal(await Deno.readTextFile(path), text);
  }
});

Deno.test("config set reports that the environment takes precedence", async () => {
  await using home = await Home.make();
  const set = await home.run("config set web.port 82", {
    env: { RETROPAL_WEB_PORT: "81" },
  });
  match(set.out, /stands in the file, but environment says 81/);
});

import assert from "node:assert/strict";
import { join } from "node:path";
import { TestServer } from "../support/server.ts";

/** Yields every file and folder in `folder`, with its mode. */
function* filesBelow(
  folder: string,
): Generator<{ path: string; mode: number }> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = join(folder, name);
    yield { path, mode: Deno.statSync(path).mode! & 0o777 };
    if (isDirectory) yield* filesBelow(path);
  }
}

Deno.test({
  name:
    "attack 68: another user of the machine reads the data or talks to the control socket",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using server = await TestServer.start({ users: ["Ann"] });
    await server.run("backup", join(server.data, "copy.db"));
    assert.equal(Deno.statSync(server.data).mode! & 0o077, 0);
    const open = [...filesBelow(server.data)].filter(({ mode }) =>
      (mode & 0o077) !== 0
    );
    assert.deepEqual(open, []);
  },
});

Deno.test("attack 69: names that are paths, options or commands, given to the command line", async () => {
  await using server = await TestServer.start({ users: ["Ann"] });
  const before = new Set([...filesBelow(server.data)].map(({ path }) => path));
  const names = [
    "../../etc/passwd",
    "/etc/passwd",
    "--role=superadmin",
    "$(id)",
    "a\nb",
  ];
  for (const name of names) {
    for (
      const args of [
        ["user", "show", "--", name],
        ["user", "ban", "--", name],
        ["room", "show", "--", name],
      ]
    ) {
      const { code, err } = await server.cli(args);
      assert.ok(code >= 1 && code <= 4, `${args.join(" ")}: ${code} ${err}`);
      assert.doesNotMatch(err, /\n\s+at /, err);
    }
  }
  const after = [...filesBelow(server.data)].map(({ path }) => path);
  assert.deepEqual(after.filter((path) => !before.has(path)), []);
  assert.match(await server.run("user", "show", "Ann"), /user/);
});

Deno.test("attack 70: give a password on the command line, where everybody can see it", async () => {
  await using server = await TestServer.start();
  for (const flag of ["--password", "--password=secret11", "-p"]) {
    const { code } = await server.cli(["user", "add", "Eve", flag, "secret11"]);
    assert.equal(code, 2, flag);
  }
  const { code } = await server.cli(["user", "show", "Eve"]);
  assert.equal(code, 3);
});

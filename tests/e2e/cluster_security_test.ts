/**
 * A cluster whose NATS requires TLS and a user with only the permissions in
 * docs/clustering.md.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { TestAuthority } from "../support/cluster/certificates.ts";
import { withFolder } from "../support/db/temp.ts";
import { hasNats, startNats } from "../support/nats.ts";
import { runCli, RunningCli } from "../support/server.ts";

const ignore = !await hasNats();
const SECRET = "s3cret-of-nats";

/** Returns the permissions from the guide, for the cluster's name. */
async function permissions(): Promise<string> {
  const guide = await Deno.readTextFile(
    new URL("../../docs/clustering.md", import.meta.url),
  );
  const [, list] = /permissions: (\{[^}]*\})/.exec(guide) ?? [];
  assert.ok(list, "docs/clustering.md names the rights");
  return list;
}

Deno.test({
  name:
    "a cluster over TLS with a user of few rights; wrong ones end the start",
  ignore,
  async fn() {
    await withFolder(async (folder) => {
      const authority = await TestAuthority.make(folder);
      if (authority === undefined) return;
      const { cert, key } = await authority.issue("nats");
      await using nats = await startNats({
        config: `tls { cert_file: "${cert}", key_file: "${key}" }
authorization { users: [{
  user: retropal, password: "${SECRET}", permissions: ${await permissions()}
}] }`,
      });
      assert.ok(nats);
      const url = nats.url.replace("nats:", "tls:");
      const credentials = join(folder, "credentials");
      await Deno.writeTextFile(credentials, `retropal:${SECRET}\n`);
      const settings = {
        "cluster.nats": url,
        "cluster.credentials": credentials,
        "cluster.tls_ca": authority.ca.cert,
        "server.chat_port": "0",
      };
      const started: RunningCli[] = [];
      const serve = (role: string, data: string) => {
        const cli = new RunningCli(
          ["serve", "--data", join(folder, data), "--no-web"],
          { ...settings, "cluster.role": role },
        );
        started.push(cli);
        return cli;
      };
      const core = serve("core", "core");
      try {
        await core.out.match(/^ready .*"chat":"/m, 30_000);
        const standby = serve("core", "standby");
        const gateway = serve("gateway", "gateway");
        await standby.out.match(/^ready .*"standby":true/m, 30_000);
        await gateway.out.match(/^ready .*"chat":"/m, 30_000);
        const shown = await Promise.all(
          [["cluster", "status"], ["status"], ["config", "show"]].map((words) =>
            runCli([...words, "--data", join(folder, "core")], "", settings)
          ),
        );
        assert.match(shown[0]!.out, /leads(.|\n)*stands by/);
        core.kill("SIGTERM");
        assert.equal(await core.code(), 0);
        await standby.out.match(/^ready .*"chat":"/m, 30_000);
        for (const { code, out, err } of shown) {
          assert.equal(code, 0, err);
          assert.ok(!(out + err).includes(SECRET));
        }
        for (const { out, err } of started) {
          assert.ok(!(out.text + err.text).includes(SECRET));
          assert.doesNotMatch(err.text, /NATS refuses/);
        }
      } finally {
        for (const cli of started) await cli[Symbol.asyncDispose]();
      }

      const bad: [Record<string, string>, RegExp][] = [
        [{ "cluster.credentials": "" }, /does not accept these credentials/],
        [{ "cluster.tls_ca": "" }, /certificate is not trusted.*tls_ca/],
        [
          { "cluster.tls_ca": join(folder, "none") },
          /tls_ca: .*cannot be read/,
        ],
        [
          {
            "cluster.credentials": "",
            "cluster.nats": url.replace("//", `//retropal:not-${SECRET}@`),
          },
          /does not accept these credentials/,
        ],
      ];
      for (const role of ["core", "gateway"]) {
        for (const [change, message] of bad) {
          const { code, out, err } = await runCli(
            ["serve", "--data", join(folder, `bad-${role}`), "--no-web"],
            "",
            { ...settings, ...change, "cluster.role": role },
          );
          assert.equal(code, 1, err);
          assert.match(err, message);
          assert.ok(!(out + err).includes(SECRET), err);
        }
      }
    });
  },
});

Deno.test("a password in cluster.nats is shown nowhere", async () => {
  await withFolder(async (data) => {
    const settings = {
      "cluster.role": "gateway",
      "cluster.nats": `nats://me:${SECRET}@127.0.0.1:4222`,
    };
    const { out } = await runCli(
      ["config", "show", "--data", data, "--json"],
      "",
      settings,
    );
    assert.match(out, /nats:\/\/\(set\)@127\.0\.0\.1:4222/);
    assert.ok(!out.includes(SECRET));
    const wrong = await runCli(["config", "show", "--data", data], "", {
      "cluster.nats": `http://me:${SECRET}@127.0.0.1:4222`,
    });
    assert.equal(wrong.code === 0, false);
    assert.ok(!(wrong.out + wrong.err).includes(SECRET), wrong.err);
  });
});

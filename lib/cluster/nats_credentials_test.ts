/**
 * Credentials and certificates, each with a real nats-server.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { nkeys } from "@nats-io/transport-node";
import {
  makeAccounts,
  seedOf,
} from "../../tests/support/cluster/nats_accounts.ts";
import { TestAuthority } from "../../tests/support/cluster/certificates.ts";
import { withFolder } from "../../tests/support/db/temp.ts";
import { hasNats, startNats } from "../../tests/support/nats.ts";
import { defaultConfig } from "../config/config.ts";
import { Nats } from "./nats.ts";
import { natsFault, securityOptions } from "./nats_credentials.ts";
import { NatsError } from "./nats_error.ts";

const ignore = !await hasNats();

type Changes = Record<string, string | boolean | string[]>;

const configOf = (changes: Changes) =>
  defaultConfig({ "cluster.role": "core", ...changes });

/** Connects and uses JetStream's API. */
async function use(changes: Changes, logged: string[] = []): Promise<void> {
  const log = {
    info: (message: string) => void logged.push(message),
    warn: (message: string, fields?: unknown) =>
      void logged.push(`${message} ${JSON.stringify(fields)}`),
  };
  const config = configOf(changes);
  const started = performance.now();
  try {
    await using nats = await Nats.connect({ config, clientName: "test", log });
    await nats.connection.request("$JS.API.INFO", "", { timeout: 5000 });
  } catch (error) {
    // Errors that cannot go away are not retried for 30 seconds.
    assert.ok(performance.now() - started < 10_000);
    throw error;
  }
}

const refuses = (changes: Changes, message: RegExp, secret = "wrong") =>
  assert.rejects(use(changes), (error) => {
    assert.ok(error instanceof NatsError, `${error}`);
    assert.match(error.message, message);
    assert.ok(!error.message.includes(secret), error.message);
    return true;
  });

Deno.test("NATS on another host needs credentials", () => {
  const fault = (changes: Changes) => natsFault(configOf(changes)) ?? "";
  assert.match(fault({}), /names no server/);
  for (const host of ["127.0.0.1", "127.8.8.8", "localhost", "[::1]"]) {
    assert.equal(fault({ "cluster.nats": [`nats://${host}:4222`] }), "");
  }
  const other = {
    "cluster.nats": ["nats://127.0.0.1", "nats://10.0.0.5:4222"],
  };
  assert.match(fault(other), /10\.0\.0\.5.*credentials/);
  for (const url of ["tls://nats.example.org", "nats://[2001:db8::1]:4222"]) {
    assert.match(fault({ "cluster.nats": [url] }), /credentials/);
  }
  // A password without a user is not a credential, and is not printed.
  const half = fault({ "cluster.nats": ["nats://:secret@10.0.0.5"] });
  assert.ok(!half.includes("secret"), half);
  for (
    const enough of [
      { "cluster.insecure": true },
      { "cluster.credentials": "/x" },
      { "cluster.tls_cert": "/x", "cluster.tls_key": "/x" },
      { "cluster.nats": ["nats://me:secret@10.0.0.5"] },
      { "cluster.nats": ["nats://token@10.0.0.5", "nats://10.0.0.6"] },
    ]
  ) assert.equal(fault({ ...other, ...enough }), "");
  assert.match(
    fault({ ...other, "cluster.tls_cert": "/x" }),
    /belong together/,
  );
  assert.match(
    fault({ "cluster.nats": ["nats://a:b@10.0.0.5", "nats://c:d@10.0.0.6"] }),
    /different users/,
  );
  assert.match(
    fault({
      "cluster.nats": ["nats://a:b@10.0.0.5"],
      "cluster.credentials": "/x",
    }),
    /give one of them/,
  );
});

Deno.test("files that cannot be used are told by the name of their setting", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "file");
    const fault = (changes: Changes) => {
      try {
        securityOptions(configOf(changes));
        return "";
      } catch (error) {
        return error instanceof NatsError ? error.message : `${error}`;
      }
    };
    for (const name of ["credentials", "tls_ca", "tls_cert", "tls_key"]) {
      assert.match(
        fault({ [`cluster.${name}`]: file }),
        new RegExp(`^cluster\\.${name}: .*cannot be read`),
      );
    }
    const contents: [string, RegExp][] = [
      ["", /no content/],
      ["-----BEGIN NATS USER JWT-----\nhalf of it", /damaged/],
      [`SU${"A".repeat(56)}`, /damaged/],
    ];
    for (const [content, message] of contents) {
      await Deno.writeTextFile(file, content);
      assert.match(fault({ "cluster.credentials": file }), message);
    }
    assert.match(fault({ "cluster.nats": ["nats://me:5%@10.0.0.5"] }), /%25/);
  });
});

Deno.test({
  name:
    "user and password, token, nkey and .creds file open NATS; others do not",
  ignore,
  async fn() {
    await withFolder(async (folder) => {
      const file = join(folder, "credentials");
      const given = async (text: string) => {
        await Deno.writeTextFile(file, text);
        return file;
      };
      const pair = nkeys.createUser();
      const accounts = makeAccounts();
      const ways: [config: string, right: string, wrong: string][] = [
        [
          'authorization { user: ann, password: "p:a@s%s" }',
          "ann:p:a@s%s\n",
          "ann:wrong",
        ],
        ["authorization { token: t0ken }", "t0ken", "wrong"],
        [
          `authorization { users: [{ nkey: ${pair.getPublicKey()} }] }`,
          seedOf(pair),
          seedOf(nkeys.createUser()),
        ],
        [accounts.config, accounts.creds, makeAccounts().creds],
      ];
      for (const [config, right, wrong] of ways) {
        await using server = await startNats({ config });
        assert.ok(server);
        const nats = { "cluster.nats": [server.url] };
        await use({ ...nats, "cluster.credentials": await given(right) });
        await refuses(
          { ...nats, "cluster.credentials": await given(wrong) },
          /does not accept these credentials/,
          wrong,
        );
        await refuses(nats, /does not accept these credentials/);
      }
    });
  },
});

Deno.test({
  name: "user and password, or a token, can stand in the address",
  ignore,
  async fn() {
    for (
      const [config, user] of [
        ['authorization { user: ann, password: "p:a@s" }', "ann:p%3Aa%40s"],
        ["authorization { token: t0ken }", "t0ken"],
      ]
    ) {
      await using server = await startNats({ config: config! });
      assert.ok(server);
      const at = (one: string) => [server.url.replace("//", `//${one}@`)];
      await use({ "cluster.nats": at(user!) });
      await refuses({ "cluster.nats": at("ann:wrong") }, /does not accept/);
    }
  },
});

Deno.test({
  name:
    "TLS: own authority, other authority, other name, none, client certificate",
  ignore,
  async fn() {
    await withFolder(async (folder) => {
      const authority = await TestAuthority.make(folder);
      if (authority === undefined) return;
      const other = join(folder, "other");
      await Deno.mkdir(other);
      const stranger = (await TestAuthority.make(other))!;
      const { cert, key } = await authority.issue("server");
      const tls = `cert_file: "${cert}", key_file: "${key}"`;
      const ca = { "cluster.tls_ca": authority.ca.cert };
      {
        await using server = await startNats({ config: `tls { ${tls} }` });
        assert.ok(server);
        const nats = {
          "cluster.nats": [server.url.replace("nats:", "tls:")],
        };
        await use({ ...nats, ...ca });
        // With an authority TLS is used, whatever the address says.
        await use({ "cluster.nats": [server.url], ...ca });
        await refuses(nats, /not trusted.*cluster\.tls_ca/);
        await refuses(
          { ...nats, "cluster.tls_ca": stranger.ca.cert },
          /not trusted/,
        );
        // Also a loopback address, but not the one in the certificate.
        await refuses(
          {
            "cluster.nats": [server.url.replace("127.0.0.1", "localhost")],
            ...ca,
          },
          /not trusted/,
        );
      }
      {
        const verify = `${tls}, ca_file: "${authority.ca.cert}", verify: true`;
        await using server = await startNats({
          config: `tls { ${verify}, handshake_first: auto }`,
        });
        assert.ok(server);
        await using late = await startNats({ config: `tls { ${verify} }` });
        assert.ok(late);
        const nats = { "cluster.nats": [server.url], ...ca };
        const client = await authority.issue("core", "DNS:core");
        const own = {
          "cluster.tls_cert": client.cert,
          "cluster.tls_key": client.key,
        };
        await use({ ...nats, ...own });
        await refuses(
          { ...nats, ...own, "cluster.nats": [late.url] },
          /handshake_first/,
        );
        await refuses(nats, /cluster\.tls_cert/);
      }
      {
        // An attacker on the path could remove TLS.
        await using server = await startNats();
        assert.ok(server);
        await refuses(
          { "cluster.nats": [server.url.replace("nats:", "tls:")] },
          /offers no encryption/,
        );
      }
    });
  },
});

Deno.test({
  name: "renewed credentials are used for the next connection",
  ignore,
  async fn() {
    await withFolder(async (folder) => {
      const file = join(folder, "credentials");
      const store = join(folder, "nats");
      await Deno.mkdir(store);
      await Deno.writeTextFile(file, "ann:first");
      const before = await startNats({
        config: "authorization { user: ann, password: first }",
        folder: store,
      });
      const { port, url } = before!;
      const logged: string[] = [];
      const note = (message: string, fields?: unknown) =>
        void logged.push(`${message} ${JSON.stringify(fields)}`);
      await using nats = await Nats.connect({
        config: configOf({
          "cluster.nats": [url],
          "cluster.credentials": file,
        }),
        clientName: "test",
        log: { info: note, warn: note },
      });
      await before!.stop();
      await using _after = await startNats({
        config: "authorization { user: ann, password: second }",
        folder: store,
        port,
      });
      const until = async (is: () => boolean) => {
        const ends = performance.now() + 10_000;
        while (!is()) {
          assert.ok(performance.now() < ends, logged.join("\n"));
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      };
      await until(() => logged.some((line) => /does not accept/.test(line)));
      await Deno.writeTextFile(file, "ann:second");
      await until(() => nats.isConnected);
      // Logged once, not at every attempt.
      const refusals = logged.filter((line) => /does not accept/.test(line));
      assert.equal(refusals.length, 1);
      assert.ok(!/first|second/.test(logged.join()), logged.join("\n"));
    });
  },
});

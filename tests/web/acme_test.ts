/**
 * A certificate by ACME from Pebble, Let's Encrypt's test server. Runs where
 * `pebble` is in the PATH, or PEBBLE names it: `go install
 * github.com/letsencrypt/pebble/v2/cmd/pebble@latest`. With RETROPAL_BIN it
 * tests the compiled program.
 *
 * @module
 */
import { equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { makeAuthority } from "../../lib/tls/self_signed.ts";
import { makeCertificate, newKey } from "../../lib/tls/certificate.ts";
import { readCertificate } from "../../lib/tls/read_certificate.ts";
import { TlsFiles } from "../../lib/tls/tls_files.ts";
import { defaultConfig } from "../../lib/config/config.ts";
import { freePort } from "../support/web/free_port.ts";
import { RunningCli } from "../support/server.ts";

const PEBBLE = Deno.env.get("PEBBLE") ?? "pebble";

async function hasPebble(): Promise<boolean> {
  try {
    const { code } = await new Deno.Command(PEBBLE, {
      args: ["-version"],
      stdout: "null",
      stderr: "null",
    }).output();
    return code === 0;
  } catch {
    return false;
  }
}

/** Resolves names under .example to this machine, and no others. */
function nameServer() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const answer = async (conn: Deno.TcpConn) => {
    const buffer = new Uint8Array(2000);
    // Queries arrive over TCP, in one piece, after two bytes of length.
    while ((await conn.read(buffer) ?? 0) > 14) {
      const reply = dnsReply(buffer.subarray(2));
      await conn.write(Uint8Array.from([0, reply.length, ...reply]));
    }
    conn.close();
  };
  const serve = async () => {
    for await (const conn of listener) answer(conn).catch(() => {});
  };
  const served = serve().catch(() => {});
  return {
    address: `127.0.0.1:${listener.addr.port}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await served;
    },
  };
}

function dnsReply(query: Uint8Array): number[] {
  let end = 12;
  while (query[end] !== 0 && end < query.length) end += query[end]! + 1;
  const question = query.subarray(12, end + 5);
  const known = new TextDecoder().decode(question).includes("\x07example");
  const isA = query[end + 2] === 1 && known;
  // One address; other types have no record.
  const answer = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1];
  const counts = [0, 1, 0, isA ? 1 : 0, 0, 0, 0, 0];
  const head = [query[0]!, query[1]!, 0x81, known ? 0x80 : 0x83];
  return [...head, ...counts, ...question, ...isA ? answer : []];
}

/** Starts Pebble with its own certificate; `httpPort` replaces port 80. */
async function startPebble(folder: string, httpPort: number, dns: string) {
  const files = new TlsFiles(folder);
  const issuer = makeAuthority(files, defaultConfig(), Date.now());
  const key = newKey();
  const certificate = makeCertificate({
    subject: "Pebble",
    names: ["localhost", "127.0.0.1"],
    from: new Date(Date.now() - 86_400_000),
    until: new Date(Date.now() + 86_400_000),
    key,
    kind: "server",
    issuer,
  });
  files.writePair("pebble", { certificate, key });
  const port = freePort();
  const config = join(folder, "pebble.json");
  await Deno.writeTextFile(
    config,
    JSON.stringify({
      pebble: {
        listenAddress: `127.0.0.1:${port}`,
        managementListenAddress: `127.0.0.1:${freePort()}`,
        certificate: files.path("pebble.crt"),
        privateKey: files.path("pebble.key"),
        httpPort,
        tlsPort: freePort(),
      },
    }),
  );
  const child = new Deno.Command(PEBBLE, {
    args: ["-config", config, "-dnsserver", dns],
    env: { PEBBLE_VA_NOSLEEP: "1" },
    stdout: "null",
    stderr: "null",
  }).spawn();
  return {
    directory: `https://localhost:${port}/dir`,
    ca: files.path("authority.crt"),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}

Deno.test({
  name:
    "web.tls = acme: Pebble certifies a name, and refuses one that is wrong",
  ignore: !await hasPebble(),
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "retropal-acme-" });
    const legacyPort = freePort();
    await using names = nameServer();
    await using pebble = await startPebble(folder, legacyPort, names.address);
    const settings = {
      "web.tls": "acme",
      "web.tls_names": "chat.example",
      "web.acme_directory": pebble.directory,
      "web.acme_email": "host@example.org",
      "web.acme_ca": pebble.ca,
      "web.legacy_port": String(legacyPort),
    };
    const args = [
      ...["serve", "--data", join(folder, "data"), "--bind", "127.0.0.1"],
      ...["--chat-port", "0", "--voice-port", "0"],
    ];
    const files = new TlsFiles(join(folder, "data", "tls"));
    {
      await using server = new RunningCli(args, settings);
      await server.out.match(/^ready .*"webs":"127/m, 60_000);
      await server.err.match(/new certificate.*chat\.example/, 60_000);
      server.kill("SIGTERM");
      equal(await server.code(), 0);
    }
    const [stored] = [...Deno.readDirSync(files.folder)]
      .filter(({ name }) => /^acme-.*\.crt$/.test(name));
    ok(stored);
    const text = files.read(stored.name) ?? "";
    const { names: certified, issuer } = readCertificate(text);
    equal(certified.join(), "chat.example");
    match(issuer, /Pebble/);
    ok(text.split("BEGIN CERTIFICATE").length > 2, "with its issuers");
    for (const { name } of Deno.readDirSync(files.folder)) {
      const { mode } = await Deno.stat(files.path(name));
      if (Deno.build.os !== "windows") equal((mode ?? 0) & 0o77, 0, name);
    }
    {
      // A stored certificate is not ordered again; a name that does not resolve
      // fails.
      await using server = new RunningCli(args, settings);
      await server.out.match(/^ready /m, 60_000);
      server.kill("SIGTERM");
      equal(await server.code(), 0);
      ok(!server.err.text.includes("ordering a certificate"));
    }
    {
      await using server = new RunningCli(args, {
        ...settings,
        "web.tls_names": "nobody.invalid",
      });
      await server.out.match(/^ready /m, 60_000);
      await server.err.match(/no certificate by ACME.*nobody\.invalid/, 60_000);
      server.kill("SIGTERM");
      equal(await server.code(), 0);
    }
    await Deno.remove(folder, { recursive: true });
  },
});

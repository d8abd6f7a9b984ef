/**
 * HTTPS beside http: their answers, cookies, WebSockets, and changed files.
 *
 * @module
 */
import { equal, match, ok, throws } from "node:assert/strict";
import { join } from "node:path";
import { publicOrigin } from "../../lib/commands/public_origin.ts";
import { defaultConfig } from "../../lib/config/config.ts";
import { checkValue } from "../../lib/config/load.ts";
import { makeCertificate, newKey } from "../../lib/tls/certificate.ts";
import { keyFits, readCertificate } from "../../lib/tls/read_certificate.ts";
import { makeAuthority } from "../../lib/tls/self_signed.ts";
import { TlsFiles } from "../../lib/tls/tls_files.ts";
import { tlsProblem } from "../../lib/tls/settings.ts";
import { runCli } from "../support/server.ts";
import { freePort } from "../support/web/free_port.ts";
import {
  PASSWORD,
  type WholeServer,
  withWholeServer,
} from "./support/whole_server.ts";

const read = (server: WholeServer, name: string) =>
  Deno.readTextFileSync(join(server.tlsFolder, name));

/** Returns a client that trusts this certificate and follows no redirects. */
function visitor(certificate: string) {
  const client = Deno.createHttpClient({ caCerts: [certificate] });
  return {
    get: (url: string, headers: Record<string, string> = {}) =>
      fetch(url, { client, headers, redirect: "manual" }),
    post: (url: string, fields: Record<string, string>) =>
      fetch(url, {
        client,
        method: "POST",
        body: new URLSearchParams(fields),
        redirect: "manual",
      }),
    [Symbol.dispose]: () => client.close(),
  };
}

function makePair(names: readonly string[], days = 90) {
  const key = newKey();
  const certificate = makeCertificate({
    subject: "Test",
    names,
    from: new Date(Date.now() - 86_400_000),
    until: new Date(Date.now() + days * 86_400_000),
    key,
    kind: "server",
  });
  return { certificate, key };
}

Deno.test("web.tls = self: pages by https, and by http what must stay there", async () => {
  const legacyPort = freePort();
  await withWholeServer(async (server) => {
    const { securePages, pages } = server;
    using browser = visitor(read(server, "self.crt"));
    const front = await browser.get(`${securePages}/`);
    equal(front.status, 200);
    equal(front.headers.get("strict-transport-security"), null);
    await front.body?.cancel();

    for (
      const path of ["/", "/connect", "/register", "/location2.txt", "/healthz"]
    ) {
      const answer = await browser.get(pages + path);
      equal(answer.status, 200, path);
      await answer.body?.cancel();
    }
    for (
      const path of [
        "/chat",
        "/member",
        "/desk/users?q=1",
        "/sign-in",
        "/forgot",
        "/confirm?x",
      ]
    ) {
      const answer = await browser.get(pages + path);
      equal(answer.status, 307, path);
      equal(answer.headers.get("location"), securePages + path);
      await answer.body?.cancel();
    }
    const sent = await browser.post(`${pages}/sign-in`, { password: PASSWORD });
    equal(sent.status, 303);
    await sent.body?.cancel();
    const legacy = await browser.get(
      `http://127.0.0.1:${legacyPort}/location2.txt`,
    );
    equal(legacy.status, 200);
    await legacy.body?.cancel();
  }, { "web.tls": "self", "web.tls_port": 0, "web.legacy_port": legacyPort });
});

Deno.test("web.tls = self: the key is for its owner alone, names and addresses are there", () =>
  withWholeServer(async (server) => {
    const certificate = read(server, "self.crt");
    const { names, until, selfIssued } = readCertificate(certificate);
    for (const name of ["localhost", "127.0.0.1", "::1", "chat.example.org"]) {
      ok(names.includes(name), name);
    }
    ok(selfIssued);
    ok(until.getTime() > Date.now() + 300 * 86_400_000);
    if (Deno.build.os !== "windows") {
      const { mode } = await Deno.stat(join(server.tlsFolder, "self.key"));
      equal((mode ?? 0) & 0o777, 0o600);
    }
    equal(server.live.status().tls?.mode, "self");
  }, {
    "web.tls": "self",
    "web.tls_port": 0,
    "server.advertise": "chat.example.org",
  }));

Deno.test("an authority made on request signs the certificate, and its page offers it", () =>
  withWholeServer(async (server) => {
    const { securePages, pages } = server;
    {
      using browser = visitor(read(server, "self.crt"));
      const answer = await browser.get(`${pages}/connect/authority.crt`);
      equal(answer.status, 404);
      await answer.body?.cancel();
    }
    const { certificate, key } = makeAuthority(
      new TlsFiles(server.tlsFolder),
      defaultConfig(),
      Date.now(),
    );
    server.reload();
    using friend = visitor(certificate);
    const offered = await friend.get(`${securePages}/connect/authority.crt`);
    equal(await offered.text(), certificate);
    const page = await (await friend.get(`${securePages}/connect/authority`))
      .text();
    ok(page.includes(readCertificate(certificate).fingerprint));
    ok(!page.includes(key.split("\n")[1]!));
    ok(!readCertificate(read(server, "self.crt")).selfIssued);
  }, { "web.tls": "self", "web.tls_port": 0 }));

Deno.test("web.public_url: redirects and links lead to the mapped port", () =>
  withWholeServer(async (server) => {
    using browser = visitor(read(server, "self.crt"));
    const { pages, securePages } = server;
    const port = new URL(pages).port;
    const to = async (host: string) => {
      const answer = await browser.get(`http://${host}:${port}/chat?room=5`);
      await answer.body?.cancel();
      return answer.headers.get("location");
    };
    const own = securePages.replace("127.0.0.1", "localhost");
    equal(await to("localhost"), `${own}/chat?room=5`);
    const public_url = "https://localhost";
    server.reload({ "web.public_url": public_url });
    equal(await to("localhost"), `${public_url}/chat?room=5`);
    // With another name of the certificate the server's own port is used.
    equal(await to("127.0.0.1"), `${securePages}/chat?room=5`);
    const config = defaultConfig({ "web.public_url": "https://a.example/" });
    equal(publicOrigin(config), "https://a.example");
    for (const bad of ["a.example", "https://a.example/chat", "ftp://a"]) {
      throws(() => checkValue("web.public_url", bad));
    }
  }, { "web.tls": "self", "web.tls_port": 0 }));

Deno.test("signing in by https gives a Secure cookie", () =>
  withWholeServer(async (server) => {
    await server.addUser("Ann");
    using browser = visitor(read(server, "self.crt"));
    const form = await (await browser.get(`${server.securePages}/sign-in`))
      .text();
    const token = /name="form_token" value="([^"]+)"/.exec(form)?.[1] ?? "";
    const answer = await browser.post(`${server.securePages}/sign-in`, {
      form_token: token,
      nickname: "Ann",
      password: PASSWORD,
    });
    await answer.body?.cancel();
    equal(answer.status, 303);
    match(answer.headers.get("set-cookie") ?? "", /; Secure$/);
  }, { "web.tls": "self", "web.tls_port": 0 }));

Deno.test("WebSockets by https: the Origin must be that of https", () =>
  withWholeServer(async (server) => {
    const { securePages, pages } = server;
    const status = async (origin: string) => {
      const { port } = new URL(securePages);
      using conn = await Deno.connectTls({
        hostname: "localhost",
        port: Number(port),
        caCerts: [read(server, "self.crt")],
      });
      await conn.write(new TextEncoder().encode(
        "GET /ws/chat HTTP/1.1\r\n" +
          `Host: ${new URL(securePages).host}\r\nOrigin: ${origin}\r\n` +
          "Upgrade: websocket\r\nConnection: Upgrade\r\n" +
          "Sec-WebSocket-Version: 13\r\n" +
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
      ));
      const answer = new Uint8Array(200);
      const n = await conn.read(answer) ?? 0;
      return new TextDecoder().decode(answer.subarray(9, Math.min(n, 12)));
    };
    equal(await status(securePages), "101");
    equal(await status(pages), "403");
    equal(await status(securePages.replace("https", "http")), "403");
  }, { "web.tls": "self", "web.tls_port": 0 }));

Deno.test("web.tls = files: read again on reload; bad files change nothing", async () => {
  const folder = await Deno.makeTempDir();
  const cert = join(folder, "cert.pem");
  const key = join(folder, "key.pem");
  const write = (pair: { certificate: string; key: string }) => {
    Deno.writeTextFileSync(cert, pair.certificate);
    Deno.writeTextFileSync(key, pair.key);
  };
  const first = makePair(["127.0.0.1"]);
  const second = makePair(["127.0.0.1"]);
  write(first);
  try {
    await withWholeServer(async (server) => {
      const front = async (trusted: string) => {
        using browser = visitor(trusted);
        const answer = await browser.get(`${server.securePages}/`);
        await answer.body?.cancel();
        return answer.status;
      };
      equal(await front(first.certificate), 200);
      write(second);
      server.reload();
      equal(await front(second.certificate), 200);
      equal(server.live.status().tls?.problem, null);

      Deno.writeTextFileSync(key, first.key);
      server.reload();
      match(server.live.status().tls?.problem ?? "", /does not belong/);
      equal(await front(second.certificate), 200);

      // Other files, by changed settings.
      const other = join(folder, "other.pem");
      Deno.writeTextFileSync(other, first.certificate);
      server.reload({ "web.tls_cert": other });
      equal(server.live.status().tls?.problem, null);
      equal(await front(first.certificate), 200);
    }, {
      "web.tls": "files",
      "web.tls_port": 0,
      "web.tls_cert": cert,
      "web.tls_key": key,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  ok(keyFits(first.certificate, first.key));
});

Deno.test("settings that cannot work together are refused with the way out", async () => {
  const problem = (changes: Parameters<typeof defaultConfig>[0]) =>
    tlsProblem(defaultConfig(changes)) ?? "";
  equal(problem({ "web.tls": "self" }), "");
  match(problem({ "web.tls": "files" }), /web\.tls_cert and web\.tls_key/);
  match(problem({ "web.tls": "acme" }), /web\.tls_names/);
  const names = { "web.tls": "acme", "web.tls_names": ["chat.example.org"] };
  match(problem(names), /web\.legacy_port/);
  equal(problem({ ...names, "web.legacy_port": 80 }), "");
  match(
    problem({ ...names, "web.tls_names": ["192.0.2.1"] }),
    /cannot certify/,
  );
  throws(() => readCertificate("nothing"), /PEM/);

  const data = await Deno.makeTempDir();
  const { code, err } = await runCli([
    ...["serve", "--data", data, "--chat-port", "0", "--set"],
    "web.tls=acme;web.tls_names=chat.example.org",
  ]);
  equal(code, 1, err);
  match(err, /needs web\.legacy_port/);
  await Deno.remove(data, { recursive: true });
});

import { equal, ok, rejects } from "node:assert/strict";
import { makeCertificate, newKey } from "../../tls/certificate.ts";
import { HttpServer } from "../http/server.ts";
import { type KeyPair, TlsTerminator } from "./terminator.ts";

const LOG = { debug() {}, info() {}, warn() {}, error() {} };
/** Long enough for a busy machine. */
const DEADLINES = {
  requestMs: 30_000,
  idleMs: 65_000,
  answerMs: 60_000,
  writeMs: 20_000,
};
const BIG = new Uint8Array(3_000_000).map((_, i) => i % 251);

function pair(name = "localhost"): KeyPair {
  const key = newKey();
  const certificate = makeCertificate({
    subject: "Test",
    names: [name],
    from: new Date(Date.now() - 86_400_000),
    until: new Date(Date.now() + 86_400_000),
    key,
    kind: "server",
  });
  return { certificate, key };
}

async function withServer(
  first: KeyPair,
  work: (
    port: number,
    terminator: TlsTerminator,
    server: HttpServer,
  ) => Promise<void>,
  deadlines = DEADLINES,
): Promise<void> {
  const terminator = new TlsTerminator(first);
  const server = new HttpServer({
    hostname: "127.0.0.1",
    port: 0,
    log: LOG,
    limits: () => ({ total: 2000 }),
    deadlines,
    tls: terminator,
    answer: async (request, _remote, _local, secure) =>
      new URL(request.url).pathname === "/big"
        ? new Response(BIG)
        : new Response(`${secure} ${await request.text()}`),
  });
  try {
    await work(server.addr.port, terminator, server);
  } finally {
    await server.shutdown(500);
    terminator.close();
  }
}

/** Makes one request with a client that trusts only this certificate. */
async function ask(
  port: number,
  { certificate }: KeyPair,
  path = "/",
  init: RequestInit = {},
): Promise<Uint8Array> {
  using client = Deno.createHttpClient({ caCerts: [certificate] });
  const response = await fetch(`https://localhost:${port}${path}`, {
    ...init,
    client,
  });
  return new Uint8Array(await response.arrayBuffer());
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("HTTPS: requests and long answers arrive whole", async () => {
  const one = pair();
  await withServer(one, async (port) => {
    equal(
      text(await ask(port, one, "/", { method: "POST", body: "hello" })),
      "true hello",
    );
    const got = await ask(port, one, "/big");
    equal(got.length, BIG.length);
    ok(got.every((byte, i) => byte === i % 251));
  });
});

Deno.test("HTTPS: a new certificate is used immediately, without refused connections", async () => {
  const pairs = Array.from({ length: 6 }, () => pair());
  await withServer(pairs[0]!, async (port, terminator) => {
    const stop = new AbortController();
    let connected = 0;
    // Clients connect all the time and trust any of the certificates.
    const coming = Promise.all(Array.from({ length: 8 }, async () => {
      while (!stop.signal.aborted) {
        using conn = await Deno.connectTls({
          hostname: "localhost",
          port,
          caCerts: pairs.map(({ certificate }) => certificate),
        });
        await conn.handshake();
        connected++;
      }
    }));
    // Thrown below, also when it happens while nothing waits for it.
    coming.catch(() => {});
    try {
      for (const next of pairs.slice(1)) {
        const before = connected;
        terminator.replace(next);
        equal(text(await ask(port, next)), "true ");
        while (connected < before + 20) {
          const pause = new Promise((go) => setTimeout(go, 5));
          await Promise.race([coming, pause]);
        }
      }
    } finally {
      stop.abort();
      await coming;
    }
    await rejects(ask(port, pairs[0]!));
  });
});

Deno.test("HTTPS: stalled and foreign handshakes end, others are served meanwhile", async () => {
  const one = pair();
  await withServer(one, async (port, _terminator, server) => {
    const starts = [
      new Uint8Array(),
      // A record shorter than its header says, and plain HTTP.
      Uint8Array.of(0x16, 3, 1, 2, 0, 1),
      new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"),
    ];
    const stalled = await Promise.all(
      Array.from({ length: 30 }, async (_, i) => {
        const conn = await Deno.connect({ hostname: "127.0.0.1", port });
        const start = starts[i % 3]!;
        if (start.length > 0) await conn.write(start);
        return conn;
      }),
    );
    equal(text(await ask(port, one)), "true ");
    for (const conn of stalled) {
      const buffer = new Uint8Array(100);
      // The server may send an alert before it closes.
      while (await conn.read(buffer).catch(() => null) !== null);
      conn.close();
    }
    const deadline = performance.now() + 5000;
    while (server.connections > 0 && performance.now() < deadline) {
      await new Promise((go) => setTimeout(go, 20));
    }
    equal(server.connections, 0);
  }, { ...DEADLINES, requestMs: 1500 });
});

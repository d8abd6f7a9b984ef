import { equal, match, ok } from "node:assert/strict";
import { encodeText } from "../../protocol/windows1252.ts";
import { rawRequest } from "../../../tests/support/web/site.ts";
import { type Answer, DEADLINES, type Deadlines } from "./connection.ts";
import { HttpServer } from "./server.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** Answers with a description of the request. */
const echo: Answer = async (request, remote) =>
  new Response(
    `${request.method} ${request.url} ${remote} [${await request.text()}]`,
    { headers: { "content-type": "text/plain" } },
  );

async function withServer(
  work: (server: HttpServer) => Promise<void>,
  answer: Answer = echo,
  deadlines: Partial<Deadlines> = {},
): Promise<void> {
  const server = new HttpServer({
    hostname: "127.0.0.1",
    port: 0,
    answer,
    log: quiet,
    limits: () => ({ total: 100, perHost: 20 }),
    deadlines: { ...DEADLINES, ...deadlines },
  });
  try {
    await work(server);
  } finally {
    await server.shutdown(100);
  }
}

/** Returns what the server sends until it closes, and how long that took. */
async function hold(
  server: HttpServer,
  ...pieces: string[]
): Promise<{ text: string; ms: number }> {
  const began = performance.now();
  const conn = await Deno.connect({
    hostname: "127.0.0.1",
    port: server.addr.port,
  });
  let text = "";
  try {
    for (const piece of pieces) await conn.write(encodeText(piece));
    const chunk = new Uint8Array(65536);
    for (let n; (n = await conn.read(chunk)) !== null;) {
      text += new TextDecoder("latin1").decode(chunk.subarray(0, n));
    }
  } catch {
    // Reset: the server closed with unread bytes.
  } finally {
    conn.close();
  }
  return { text, ms: performance.now() - began };
}

Deno.test("HttpServer answers one request after the other on one connection", () =>
  withServer(async (server) => {
    const { text } = await hold(
      server,
      "GET /a HTTP/1.1\r\nHost: x\r\n\r\nPOST /b HTTP/1.1\r\nContent-Length: 3\r\n\r\n",
      "xyz",
      "\r\nHEAD /c HTTP/1.1\r\n\r\nGET /d HTTP/1.1\r\nConnection: close\r\n\r\n",
    );
    equal(text.match(/HTTP\/1\.1 200 OK/g)?.length, 4);
    match(text, /GET http:\/\/pages\/a 127\.0\.0\.1 \[\]/);
    match(text, /POST http:\/\/pages\/b 127\.0\.0\.1 \[xyz\]/);
    ok(!text.includes("pages/c"), "HEAD has no body");
    match(text, /Connection: close\r\n\r\nGET http:\/\/pages\/d/);
  }));

Deno.test("HttpServer reads a request that comes byte by byte", () =>
  withServer(async (server) => {
    const request = "POST /x HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi";
    const { text } = await hold(server, ...request);
    match(text, /^HTTP\/1\.0 200 OK/);
    match(text, /\[hi\]$/);
  }));

Deno.test("HttpServer answers 100 Continue when a client expects it", () =>
  withServer(async (server) => {
    const { text } = await hold(
      server,
      "POST / HTTP/1.1\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 1\r\n\r\n",
      "a",
    );
    match(text, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  }));

Deno.test("HttpServer refuses requests that two parsers could split differently", () =>
  withServer(async (server) => {
    for (
      const head of [
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 5, 5\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: +5\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length : 5\r\n\r\n",
        "GET / HTTP/1.1\r\nA: b\r\n c: d\r\n\r\n",
        "GET / HTTP/1.1\r\nA: b\x00\r\n\r\n",
        "GET / HTTP/1.1\r\n: b\r\n\r\n",
        "G\u00cbT / HTTP/1.1\r\n\r\n",
        "GET x HTTP/1.1\r\n\r\n",
      ]
    ) {
      const { text } = await hold(server, head);
      match(text, /^HTTP\/1\.0 400 Bad Request/, head);
      equal(text.match(/HTTP\//g)?.length, 1);
    }
    const long = await hold(
      server,
      "POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n",
    );
    match(long.text, /^HTTP\/1\.0 413 /);
  }));

Deno.test("HttpServer keeps no more of a body than a form may have", () =>
  withServer(
    async (server) => {
      const body = "x".repeat(100_000);
      const { text } = await hold(
        server,
        `POST / HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n`,
        body,
      );
      // The client receives an answer instead of a reset, and the body is not
      // read into memory first.
      match(text, /^HTTP\/1\.0 413 /);
      const head = "POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n";
      const asked = await hold(server, head);
      match(asked.text, /^HTTP\/1\.0 413 /);
    },
    echo,
    { requestMs: 1000 },
  ));

Deno.test("HttpServer closes connections that keep it waiting", () =>
  withServer(
    async (server) => {
      for (
        const begin of [
          "",
          "GET / HT",
          "GET / HTTP/1.1\r\nHost: x\r\n",
          "POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc",
        ]
      ) {
        const { text, ms } = await hold(server, begin);
        equal(text, "", begin);
        ok(ms < 4000, `${begin} took ${ms}`);
      }
      const idle = await hold(server, "GET / HTTP/1.1\r\n\r\n");
      match(idle.text, /200 OK/);
      ok(idle.ms < 4000);
      equal(server.connections, 0);
    },
    echo,
    { requestMs: 300, idleMs: 300 },
  ));

Deno.test("HttpServer gives a client that sends a byte a second no more time than a silent one", () =>
  withServer(
    async (server) => {
      const conn = await Deno.connect({
        hostname: "127.0.0.1",
        port: server.addr.port,
      });
      const began = performance.now();
      let open = true;
      const end = conn.read(new Uint8Array(1)).then(
        () => open = false,
        () => open = false,
      );
      while (open && performance.now() - began < 10_000) {
        await conn.write(encodeText("x")).catch(() => {});
        await new Promise((go) => setTimeout(go, 50));
      }
      await end;
      ok(!open);
      ok(performance.now() - began < 5000);
      conn.close();
    },
    echo,
    { requestMs: 500 },
  ));

Deno.test("HttpServer ends an event stream when its reader goes away", async () => {
  const cancelled = Promise.withResolvers<void>();
  await withServer(
    async (server) => {
      const conn = await Deno.connect({
        hostname: "127.0.0.1",
        port: server.addr.port,
      });
      await conn.write(encodeText("GET / HTTP/1.1\r\n\r\n"));
      await conn.read(new Uint8Array(1000));
      conn.close();
      await cancelled.promise;
    },
    () =>
      Promise.resolve(
        new Response(
          new ReadableStream({
            start: (controller) =>
              controller.enqueue(encodeText("data: 1\n\n")),
            cancel: () => cancelled.resolve(),
          }),
          { headers: { "content-type": "text/event-stream" } },
        ),
      ),
  );
});

Deno.test("HttpServer ends a stream whose reader reads nothing", () => {
  const ended = Promise.withResolvers<void>();
  return withServer(
    async (server) => {
      const conn = await Deno.connect({
        hostname: "127.0.0.1",
        port: server.addr.port,
      });
      await conn.write(encodeText("GET / HTTP/1.1\r\n\r\n"));
      await ended.promise;
      conn.close();
    },
    () =>
      Promise.resolve(
        new Response(
          new ReadableStream({
            pull: (controller) => controller.enqueue(new Uint8Array(1_000_000)),
            cancel: () => ended.resolve(),
          }),
          { headers: { "content-type": "text/event-stream" } },
        ),
      ),
    { writeMs: 500 },
  );
});

Deno.test("HttpServer.shutdown() lets a running response finish", async () => {
  const asked = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const server = new HttpServer({
    hostname: "127.0.0.1",
    port: 0,
    log: quiet,
    limits: () => ({ total: 100, perHost: 20 }),
    answer: async () => {
      asked.resolve();
      await go.promise;
      return new Response("late but whole");
    },
  });
  const answer = rawRequest(server.addr, "GET / HTTP/1.1\r\n\r\n");
  await asked.promise;
  const down = server.shutdown(5000);
  go.resolve();
  match(await answer, /late but whole$/);
  await down;
  equal(server.connections, 0);
});

Deno.test("HttpServer sends a long answer with its length", () =>
  withServer(
    async (server) => {
      const { text } = await hold(
        server,
        "GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
      );
      match(text, /Content-Length: 3000000\r\n/);
      equal(text.split("\r\n\r\n")[1]?.length, 3_000_000);
    },
    () => {
      let left = 3;
      return Promise.resolve(
        new Response(
          new ReadableStream({
            pull(controller) {
              controller.enqueue(new Uint8Array(1_000_000));
              if (--left === 0) controller.close();
            },
          }),
          { headers: { "content-length": "3000000" } },
        ),
      );
    },
  ));

Deno.test("HttpServer drops the oldest idle connection of a host that holds too many", () =>
  withServer(async (server) => {
    const connect = async () => {
      const conn = await Deno.connect({
        hostname: "127.0.0.1",
        port: server.addr.port,
      });
      await conn.write(encodeText("GET /a HTTP/1.1\r\n\r\n"));
      return (await conn.read(new Uint8Array(1000))) === null ? null : conn;
    };
    const held = [];
    for (let n = 0; n < 20; n++) held.push((await connect())!);
    ok(held.every((one) => one !== null));
    // All of them are new, so none is closed to make room yet.
    equal(await connect().catch(() => null), null);
    await new Promise((go) => setTimeout(go, 2050));
    const late = await connect();
    ok(late !== null, "the oldest gave way");
    equal(await held[0]!.read(new Uint8Array(1)).catch(() => null), null);
    for (const conn of [...held, late]) conn.close();
  }));

Deno.test("HttpServer notifies a handler when its client has disconnected", async () => {
  const asked = Promise.withResolvers<Request>();
  const aborted = Promise.withResolvers<void>();
  await withServer(
    async (server) => {
      const conn = await Deno.connect({
        hostname: "127.0.0.1",
        port: server.addr.port,
      });
      // Bytes after the request are buffered and do not hide the end of the
      // stream.
      await conn.write(
        encodeText("GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n"),
      );
      await asked.promise;
      conn.close();
      await aborted.promise;
    },
    async (request) => {
      request.signal.addEventListener("abort", () => aborted.resolve());
      asked.resolve(request);
      await aborted.promise;
      return new Response("nobody reads this");
    },
  );
});

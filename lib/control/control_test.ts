import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import { Bench } from "../../tests/support/commands/host.ts";
import { type DataFolder, dataFolder } from "../config/data_folder.ts";
import { connectControl } from "./client.ts";
import { readLines, readRequest } from "./protocol.ts";
import type { Hasher } from "../commands/command.ts";
import { type ControlOptions, ControlServer } from "./server.ts";

async function withControl(
  work: (folder: DataFolder, bench: Bench) => Promise<void>,
  deep = "",
  options: ControlOptions = {},
  hasher?: Hasher,
): Promise<void> {
  await using bench = await Bench.open({ ...(hasher && { hasher }) });
  const folder = dataFolder(`${bench.folder}${deep}`);
  await Deno.mkdir(folder.path, { recursive: true });
  const server = new ControlServer(folder, bench.start().host, options);
  try {
    await work(folder, bench);
  } finally {
    await server.close();
  }
}

const noSockets = () => {
  throw new Deno.errors.NotSupported("no sockets here");
};

const ask = async (folder: DataFolder, path: string[], input = {}) =>
  await (await connectControl(folder))?.run({ path, input });

Deno.test("ControlServer runs commands of the table on the live server", async () => {
  await withControl(async (folder, bench) => {
    bench.online.add(1);
    const result = await ask(folder, ["broadcast"], { message: "tea!" });
    deepEqual(result?.json, { told: 1 });
    deepEqual(bench.told, ["broadcast tea!"]);
    equal((await ask(folder, ["no", "such"]))?.code, 2);
    equal((await ask(folder, ["user", "show"], { nick: "x" }))?.code, 3);
  });
});

Deno.test("ControlServer's socket can be opened by its owner only", async () => {
  await withControl(async (folder) => {
    const { mode } = await Deno.stat(folder.controlSocket);
    equal((mode ?? 0) & 0o777, 0o600);
  });
});

Deno.test("ControlServer uses a token where the path is too long for a socket", async () => {
  const deep = "/" + "a-long-folder-name/".repeat(8);
  await withControl(async (folder, bench) => {
    equal(((await Deno.stat(folder.controlToken)).mode ?? 0) & 0o777, 0o600);
    bench.online.add(1);
    equal((await ask(folder, ["broadcast"], { message: "a" }))?.code, 0);
    const token = JSON.parse(await Deno.readTextFile(folder.controlToken));
    await Deno.writeTextFile(
      folder.controlToken,
      JSON.stringify({ ...token, token: "wrong" }),
    );
    const refused = await ask(folder, ["broadcast"], { message: "b" });
    match(refused?.lines[0] ?? "", /wants its token/);
    deepEqual(bench.told, ["broadcast a"]);
  }, deep);
});

Deno.test("ControlServer uses a token in a folder without Unix sockets", async () => {
  await withControl(
    async (folder) => {
      equal((await ask(folder, ["user", "list"]))?.code, 0);
      equal(((await Deno.stat(folder.controlToken)).mode ?? 0) & 0o777, 0o600);
    },
    "",
    { openSocket: noSockets },
  );
});

Deno.test("connectControl() finds the server by any name of its folder", async () => {
  await withControl(async (folder, bench) => {
    const long = `${bench.folder}/${"another-name-".repeat(10)}`;
    const short = `${bench.folder}/short`;
    await Deno.symlink(folder.path, long);
    await Deno.symlink(folder.path, short);
    for (const name of [long, short]) {
      equal((await ask(dataFolder(name), ["user", "list"]))?.code, 0, name);
    }
  }, "/data");
  await withControl(async (folder, bench) => {
    const short = `${bench.folder}/short`;
    await Deno.symlink(folder.path, short);
    equal((await ask(dataFolder(short), ["user", "list"]))?.code, 0);
  }, "/" + "a-long-folder-name/".repeat(8));
});

Deno.test("connectControl() returns null when no server listens any more", async () => {
  let folder: DataFolder | undefined;
  await withControl(async (one) => {
    folder = one;
    (await connectControl(one))?.close();
  });
  if (folder) equal(await connectControl(folder), null);
  await using bench = await Bench.open();
  const left = dataFolder(bench.folder);
  // The state after kill -9: the file exists, but no process is listening.
  Deno.listen({ transport: "unix", path: left.controlSocket }).close();
  await Deno.writeTextFile(left.controlSocket + ".x", "");
  equal(await connectControl(left), null);
});

Deno.test("ControlServer stops a command when its client disconnects", async () => {
  await withControl(async (folder, bench) => {
    const stopped = Promise.withResolvers<void>();
    const live = bench.host.live!;
    bench.host.live = {
      ...live,
      tail: (_filter, sink) => {
        sink({
          at: 0,
          kind: "log",
          session: 1,
          uid: null,
          nickname: null,
          address: "192.0.2.1",
          message: "hello",
        });
        return () => stopped.resolve();
      },
    };
    const enough = new AbortController();
    const lines: string[] = [];
    const client = await connectControl(folder);
    const result = await client?.run({
      path: ["log", "tail"],
      input: {},
      signal: enough.signal,
      emit: (more) => {
        lines.push(...more);
        enough.abort();
      },
    });
    equal(result?.code, 0);
    match(lines[0] ?? "", /log hello$/);
    await stopped.promise;
  });
});

Deno.test("ControlServer answers garbage with a sentence and lives on", async () => {
  await withControl(async (folder) => {
    for (
      const line of ["", "{", "[]", '{"path":1}', '{"path":[],"input":[]}']
    ) {
      const conn = await Deno.connect({
        transport: "unix",
        path: folder.controlSocket,
      });
      await conn.write(new TextEncoder().encode(line + "\n"));
      for await (const answer of readLines(conn)) {
        equal(JSON.parse(answer).result.code, 2, line);
      }
      conn.close();
    }
    equal((await ask(folder, ["user", "list"]))?.code, 0);
  });
});

Deno.test("readRequest() throws nothing but SyntaxError", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
    try {
      readRequest(line);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }));
});

Deno.test("readLines() puts lines together from any pieces", async () => {
  const text = "one\n\ntw\u00f6\u{1f600}\nlast without end";
  const bytes = new TextEncoder().encode(text);
  for (let size = 1; size < 8; size++) {
    let at = 0;
    const lines: string[] = [];
    const source = {
      read(buffer: Uint8Array) {
        if (at >= bytes.length) return Promise.resolve(null);
        const piece = bytes.subarray(at, at + size);
        buffer.set(piece);
        at += piece.length;
        return Promise.resolve(piece.length);
      },
    };
    for await (const line of readLines(source)) lines.push(line);
    deepEqual(lines, ["one", "", "tw\u00f6\u{1f600}"]);
  }
});

Deno.test("ControlServer closes loopback clients that send much before a token", async () => {
  await withControl(
    async (folder) => {
      const { port } = JSON.parse(await Deno.readTextFile(folder.controlToken));
      using conn = await Deno.connect({ hostname: "127.0.0.1", port });
      const piece = new TextEncoder().encode("x".repeat(65_536));
      let sent = 0;
      try {
        while (sent < 100_000_000) sent += await conn.write(piece);
      } catch {
        // Closed by the server.
      }
      ok(sent < 20_000_000, `${sent} bytes were taken`);
      equal((await ask(folder, ["user", "list"]))?.code, 0);
    },
    "",
    { openSocket: noSockets },
  );
});

Deno.test("a client gives up with a message when the server does not answer", async () => {
  await using bench = await Bench.open();
  const folder = dataFolder(bench.folder);
  // Like a stopped server (SIGSTOP), for which the kernel still accepts
  // connections.
  using _stopped = Deno.listen({
    transport: "unix",
    path: folder.controlSocket,
  });
  const client = await connectControl(folder);
  const result = await client?.run({
    path: ["status"],
    input: {},
    patience: 1,
  });
  equal(result?.code, 1);
  match(result?.lines[0] ?? "", /has not answered `status` for 1 seconds/);
});

Deno.test("ControlServer gives up a command that never ends, and others continue", async () => {
  const never: Hasher = { hash: () => new Promise(() => {}) };
  const limits = { commandSeconds: 2, aliveMs: 300 };
  await withControl(
    async (folder) => {
      const client = await connectControl(folder);
      // The server shows signs of life all the time, so the client must wait.
      const result = await client?.run({
        path: ["user", "add"],
        input: { nick: "Ann" },
        secret: "secret11",
        patience: 1,
      });
      equal(result?.code, 1);
      match(result?.lines[0] ?? "", /worked on `user add` for 2 seconds/);
      equal((await ask(folder, ["user", "list"]))?.code, 0);
    },
    "",
    { limits },
    never,
  );
});

Deno.test("ControlServer closes clients that never send a whole request", async () => {
  const limits = { proofMs: 200, requestMs: 200 };
  await withControl(
    async (folder) => {
      using silent = await Deno.connect({
        transport: "unix",
        path: folder.controlSocket,
      });
      await silent.write(new TextEncoder().encode('{"path":["us'));
      equal(await silent.read(new Uint8Array(10)), null);
    },
    "",
    { limits },
  );
  await withControl(
    async (folder) => {
      const { port } = JSON.parse(await Deno.readTextFile(folder.controlToken));
      using silent = await Deno.connect({ hostname: "127.0.0.1", port });
      equal(await silent.read(new Uint8Array(10)), null);
    },
    "",
    { limits, openSocket: noSockets },
  );
});

Deno.test("ControlServer serves the host while others hold a thousand connections", async () => {
  await withControl(
    async (folder) => {
      const { port } = JSON.parse(await Deno.readTextFile(folder.controlToken));
      const held: Deno.TcpConn[] = [];
      for (let n = 0; n < 1000; n++) {
        held.push(await Deno.connect({ hostname: "127.0.0.1", port }));
      }
      const result = await ask(folder, ["user", "list"]);
      for (const conn of held) conn.close();
      equal(result?.code, 0, result?.lines[0]);
    },
    "",
    { openSocket: noSockets },
  );
});

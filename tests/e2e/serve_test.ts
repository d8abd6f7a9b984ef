/**
 * `retropal serve` as others script against it: the ready line, signals, exit
 * codes, the first start, one server to a folder.
 */
import assert from "node:assert/strict";
import {
  FIRST_UID,
  runCli,
  RunningCli,
  TestServer,
} from "../support/server.ts";

async function withFolder(work: (data: string) => Promise<void>) {
  const parent = await Deno.makeTempDir({ prefix: "retropal-serve-" });
  try {
    await work(`${parent}/data`);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

const serve = (data: string, ...more: string[]) => [
  "serve",
  "--data",
  data,
  "--bind",
  "127.0.0.1",
  "--chat-port",
  "0",
  "--voice-port",
  "0",
  "--no-web",
  ...more,
];
const mode = async (path: string) =>
  ((await Deno.stat(path)).mode ?? 0) & 0o777;

Deno.test("serve makes everything in an empty folder and says what to do next", async () => {
  await withFolder(async (data) => {
    await using running = new RunningCli(serve(data));
    await running.out.match(/^ready /m, 60_000);
    const [, password = ""] = await running.err.match(
      /nickname +Owner\n +password +(\S+)\n/,
      5000,
    );
    assert.match(running.err.text, /1\. Add a user: +retropal user add/);
    assert.match(
      running.err.text,
      /2\. Point a client here: +retropal client reg/,
    );
    assert.match(
      running.err.text,
      /3\. For friends outside: +open TCP \d+ and/,
    );
    assert.equal(await mode(data), 0o700);
    assert.equal(await mode(`${data}/control.sock`), 0o600);
    assert.equal(await mode(`${data}/retropal.db`), 0o600);
    assert.match(
      await Deno.readTextFile(`${data}/retropal.toml`),
      /#packets_per_second = 30/,
    );
    running.kill("SIGTERM");
    assert.equal(await running.code(), 0);
    assert.match(running.out.text, /^ready \{[^\n]*\}\n$/);

    await using again = await TestServer.start({ data });
    assert.doesNotMatch(again.log.text, /password/);
    await using client = await again.signOn("Owner", { password });
    assert.equal(client.uid, FIRST_UID);
  });
});

Deno.test("serve ends cleanly at SIGINT and takes its socket away", async () => {
  await withFolder(async (data) => {
    await using running = new RunningCli(serve(data));
    await running.out.match(/^ready /m, 60_000);
    running.kill("SIGINT");
    assert.equal(await running.code(), 0);
    await assert.rejects(Deno.stat(`${data}/control.sock`));
    const status = await runCli(["status", "--data", data]);
    assert.equal(status.code, 4);
  });
});

Deno.test("serve refuses a folder that another server has", async () => {
  await using server = await TestServer.start();
  const second = await runCli(serve(server.data));
  assert.equal(second.code, 1);
  assert.match(second.err, /is in use by retropal serve \(process \d+\)/);
  assert.equal(second.out, "");
  assert.equal((await server.cli(["status"])).code, 0);
});

Deno.test("serve comes up again after kill -9, and commands find it", async () => {
  await withFolder(async (data) => {
    await Deno.mkdir(data);
    const first = await TestServer.start({ data });
    await first.kill9();
    assert.equal((await runCli(["user", "list", "--data", data])).code, 0);
    await using second = await TestServer.start({ data });
    assert.equal((await second.cli(["status"])).code, 0);
  });
});

Deno.test("serve says in a sentence why it cannot start", async () => {
  await withFolder(async (data) => {
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const port = await runCli([
      ...serve(data),
      "--chat-port",
      String(taken.addr.port),
    ]);
    assert.equal(port.code, 1);
    assert.match(
      port.err,
      new RegExp(`${taken.addr.port}.*another program has it`),
    );
    assert.doesNotMatch(port.err, /\n\s+at /);

    const bad = await runCli([...serve(data), "--set", "web.prot=1"]);
    assert.equal(bad.code, 1);
    assert.match(bad.err, /Did you mean web\.port\?/);
    const level = await runCli([...serve(data), "--log-level", "loud"]);
    assert.equal(level.code, 2);
    assert.match(level.err, /--log-level wants debug or info/);
  });
});

Deno.test("serve reads its settings again at SIGHUP and says what needs a restart", async () => {
  await withFolder(async (data) => {
    await using running = new RunningCli(serve(data));
    await running.out.match(/^ready /m, 60_000);
    const file = `${data}/retropal.toml`;
    await Deno.writeTextFile(
      file,
      "[server]\nwelcome = 'hi'\n[auth]\nscrypt_log2n = 9\n[store]\ndurability = 'full'\n",
    );
    running.kill("SIGHUP");
    const [line] = await running.err.match(
      /configuration read again.*\n/,
      5000,
    );
    assert.match(line, /applied=server\.welcome /);
    assert.match(line, /needRestart=.*store\.durability/);
    await Deno.writeTextFile(file, "[server]\nwelcom = 'hi'\n");
    running.kill("SIGHUP");
    await running.err.match(
      /not read again.*Did you mean server\.welcome/,
      5000,
    );
    const reload = await runCli(["config", "reload", "--data", data]);
    assert.equal(reload.code, 1);
    running.kill("SIGTERM");
    assert.equal(await running.code(), 0);
  });
});

Deno.test("serve writes JSON lines to standard error when asked", async () => {
  await withFolder(async (data) => {
    await using running = new RunningCli(
      serve(data, "--log-format", "json", "--log-level", "debug"),
    );
    await running.out.match(/^ready /m, 60_000);
    running.kill("SIGTERM");
    assert.equal(await running.code(), 0);
    const lines = running.err.text.split("\n").filter((one) =>
      one.startsWith("{")
    );
    assert.ok(lines.length > 0);
    for (const line of lines) assert.ok(JSON.parse(line).time);
  });
});

Deno.test("serve --json prints the one line and nothing more", async () => {
  await withFolder(async (data) => {
    await using running = new RunningCli(serve(data, "--json"));
    await running.out.match(/^ready /m, 60_000);
    running.kill("SIGTERM");
    assert.equal(await running.code(), 0);
    assert.match(running.out.text, /^ready \{[^\n]*\}\n$/);
  });
});

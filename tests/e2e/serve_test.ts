/**
 * `retropal serve` as scripts use it: the ready line, signals, exit codes, the
 * first start, and one server per folder.
 */
import assert from "node:assert/strict";
import { testAlone } from "../support/cluster_servers.ts";
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
  "--video-port",
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
    assert.match(
      running.err.text,
      /1\. Add a user: +\S.* user add NICKNAME --data/,
    );
    assert.match(
      running.err.text,
      /2\. Point a client here: +\S.* client reg/,
    );
    // Chat, voice and webcams: the ports that a firewall must allow.
    const ready = running.out.text.replace(/^ready /, "");
    const [chat, voice, video] = ["chat", "voice", "video"].map((name) =>
      String(JSON.parse(ready)[name]).split(":").at(-1)
    );
    assert.ok(
      running.err.text.includes(
        `open TCP ${chat}, TCP+UDP ${voice} and TCP ${video} in your router`,
      ),
      running.err.text,
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

Deno.test("serve makes an owner although somebody was added before", async () => {
  await withFolder(async (data) => {
    const added = await runCli(
      ["user", "add", "Owner", "--password-stdin", "--data", data],
      "secret11\n",
    );
    assert.equal(added.code, 0, added.err);
    await using running = new RunningCli(serve(data));
    await running.out.match(/^ready /m, 60_000);
    await running.err.match(/nickname +Owner2\n/, 5000);
    const staff = await runCli(
      ["user", "list", "--role", "superadmin", "--json", "--data", data],
    );
    assert.equal(JSON.parse(staff.out).length, 1);
    running.kill("SIGTERM");
    assert.equal(await running.code(), 0);
    // Nobody has signed on yet, so the next steps are shown again, without a
    // second owner.
    await using again = new RunningCli(serve(data));
    await again.out.match(/^ready /m, 60_000);
    await again.err.match(/Next steps/, 5000);
    assert.doesNotMatch(again.err.text, /password {2}/);
  });
});

Deno.test("serve keeps the owner's password out of the journal", async () => {
  await withFolder(async (data) => {
    const env = { JOURNAL_STREAM: "8:12345" };
    await using running = new RunningCli(serve(data), undefined, env);
    await running.out.match(/^ready /m, 60_000);
    const file = `${data}/owner-password.txt`;
    assert.ok(running.err.text.includes(file), running.err.text);
    const password = (await Deno.readTextFile(file)).trim();
    assert.equal(await mode(file), 0o600);
    assert.equal(running.err.text.includes(password), false);
    running.kill("SIGTERM");
    assert.equal(await running.code(), 0);
  });
});

Deno.test("serve prints next steps that work as they are", async () => {
  await withFolder(async (data) => {
    await using running = new RunningCli(
      ["serve", "--data", data, "--bind", "127.0.0.1", "--chat-port", "0"],
    );
    await running.out.match(/^ready /m, 60_000);
    const [, add = ""] = await running.err.match(/Add a user: +(\S.*)\n/, 5000);
    const [, page = ""] = await running.err.match(/pages are at (\S+)/, 5000);
    const response = await fetch(page);
    await response.body?.cancel();
    assert.equal(response.status, 200);
    const { code, stdout } = await new Deno.Command("sh", {
      args: [
        "-c",
        `echo secret11 | ${add.replace("NICKNAME", "Ann")} --password-stdin`,
      ],
    }).output();
    assert.deepEqual(
      [code, new TextDecoder().decode(stdout)],
      [0, `${FIRST_UID + 1}\n`],
    );
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

// In a cluster, commands do not run in the folder of a stopped core.
testAlone(
  "serve comes up again after kill -9, and commands find it",
  async () => {
    await withFolder(async (data) => {
      await Deno.mkdir(data);
      const first = await TestServer.start({ data });
      await first.kill9();
      assert.equal((await runCli(["user", "list", "--data", data])).code, 0);
      await using second = await TestServer.start({ data });
      assert.equal((await second.cli(["status"])).code, 0);
    });
  },
);

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
    assert.match(level.err, /--log-level must be debug or info/);
  });
});

Deno.test("serve never ends with 0 when it could not start", async () => {
  await withFolder(async (data) => {
    // This fails only after the ports are open.
    await Deno.mkdir(`${data}/control.sock/in-the-way`, { recursive: true });
    const ran = await runCli(serve(data));
    assert.ok(ran.code === 1 || ran.code === 70, `${ran.code}`);
    assert.notEqual(ran.err, "");
    assert.equal(ran.out, "");
  });
});

Deno.test("serve runs in a folder whose name is too long for a socket", async () => {
  await withFolder(async (parent) => {
    const data = `${parent}/${"a-long-folder-name/".repeat(8)}data`;
    await using running = new RunningCli(serve(data));
    await running.out.match(/^ready /m, 60_000);
    assert.equal((await runCli(["status", "--data", data])).code, 0);
    await Deno.symlink(data, `${parent}/short`);
    const short = await runCli(["status", "--data", `${parent}/short`]);
    assert.equal(short.code, 0, short.err);
    running.kill("SIGTERM");
    assert.equal(await running.code(), 0);
  });
});

Deno.test("serve says what to do about a port that is taken", async () => {
  await withFolder(async (data) => {
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const port = String(taken.addr.port);
    for (const flag of ["--chat-port", "--voice-port", "--web-port"]) {
      const ran = await runCli(
        ["serve", "--data", data, "--bind", "127.0.0.1", flag, port],
      );
      assert.equal(ran.code, 1, flag);
      assert.ok(ran.err.includes(`another port with ${flag} PORT`), ran.err);
    }
  });
});

Deno.test("serve gives up a default port that another program has", async () => {
  await withFolder(async (data) => {
    // Both servers start, whether or not another program uses the default
    // ports.
    const args = ["serve", "--bind", "127.0.0.1", "--data"];
    await using first = new RunningCli([...args, `${data}/1`]);
    await first.out.match(/^ready /m, 60_000);
    await using second = new RunningCli([...args, `${data}/2`]);
    const [line] = await second.out.match(/^ready .*$/m, 60_000);
    assert.doesNotMatch(line, /:(5001|2090|8080)"/);
    await second.err.match(/is used by another program/, 5000);
  });
});

Deno.test("files that root makes belong to the owner of the data folder", {
  ignore: Deno.build.os === "windows" || Deno.uid() !== 0,
}, async () => {
  await withFolder(async (data) => {
    const [uid, gid] = [12345, 12346];
    await Deno.mkdir(data);
    await Deno.chown(data, uid, gid);
    const run = async (args: string[], stdin = "") => {
      const ran = await runCli([...args, "--data", data], stdin);
      assert.equal(ran.code, 0, ran.err);
    };
    await run(["user", "add", "Ann", "--password-stdin"], "secret11\n");
    await run(["config", "set", "server.name", "Home"]);
    await run(["backup"]);
    await run(["config", "init", "--force"]);
    const [copy] = [...Deno.readDirSync(`${data}/backups`)];
    await run(["restore", `${data}/backups/${copy?.name}`]);
    await using running = new RunningCli(serve(data, "--set", "log.file=true"));
    await running.out.match(/^ready /m, 60_000);
    for (const folder of [data, `${data}/backups`, `${data}/logs`]) {
      for (const { name, isFile, isDirectory } of Deno.readDirSync(folder)) {
        // Only root could connect to this socket anyway.
        if (!isFile && !isDirectory) continue;
        const stat = await Deno.stat(`${folder}/${name}`);
        assert.deepEqual([stat.uid, stat.gid], [uid, gid], name);
      }
    }
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

Deno.test("config says what a running server uses and what waits", async () => {
  await withFolder(async (data) => {
    await using running = new RunningCli(
      serve(data, "--set", "server.welcome=a;b", "--set", "log.level=debug"),
    );
    await running.out.match(/^ready /m, 60_000);
    const config = async (...words: string[]) => {
      const ran = await runCli(["config", ...words, "--data", data]);
      assert.equal(ran.code, 0, ran.err);
      return ran.out;
    };
    const live = await config("set", "messages.away_reply", "true");
    assert.match(live, /In force now: messages\.away_reply\./);
    const later = await config("set", "store.durability", "full");
    assert.match(later, /after a restart of the server: store\.durability/);
    const both = await config("set", "server.name", "Oak");
    assert.match(
      both,
      /In force now: server\.name\.\nStill waiting for a restart/,
    );
    assert.match(await config("set", "server.name", "Oak"), /already/);
    const shown = await config("show", "store");
    assert.match(shown, /NOW IN FORCE/);
    assert.match(shown, /durability +"full" +\w+ +"normal"/);
    // Set by --set, including its semicolon.
    assert.match(await config("show", "server.welcome"), /"a;b"/);
    const json = JSON.parse(await config("show", "store", "--json"));
    assert.equal(json["store.durability"].inForce, "normal");
  });
});

Deno.test("serve opens a moved log file again at SIGHUP", {
  ignore: Deno.build.os === "windows",
}, async () => {
  await withFolder(async (data) => {
    await using running = new RunningCli(serve(data, "--set", "log.file=true"));
    await running.out.match(/^ready /m, 60_000);
    const log = `${data}/logs/retropal.log`;
    await Deno.rename(log, `${log}.moved`);
    running.kill("SIGHUP");
    await running.err.match(/configuration read again/, 5000);
    assert.match(await Deno.readTextFile(log), /configuration read again/);
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

Deno.test("config set says when a flag of the running server comes first", async () => {
  await using server = await TestServer.start();
  const set = await server.cli(["config", "set", "server.chat_port", "7999"]);
  assert.equal(set.code, 0, set.err);
  assert.match(set.out, /The running server keeps server\.chat_port = 0/);
  assert.doesNotMatch(set.out, /already uses that value/);
  const name = ["config", "set", "server.name", "The Royal Oak"];
  assert.match((await server.cli(name)).out, /In force now: server\.name/);
  assert.match((await server.cli(name)).out, /already uses that value/);
});

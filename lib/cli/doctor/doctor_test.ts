import { deepEqual, equal, match, ok } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openStore } from "../../../db/open.ts";
import type { SessionInfo } from "../../ops/live.ts";
import { defaultConfig } from "../../config/config.ts";
import { type Given, Home } from "../../../tests/support/cli/retropal.ts";
import { checkAddress } from "./address.ts";
import type { Finding } from "./finding.ts";
import { windowsFolder } from "./folder.ts";
import { checkFileLimit } from "./machine.ts";
import { checkLocation, checkOurPorts } from "./ports.ts";

/** Ports outside the range from which tests get theirs. */
const FREE = {
  RETROPAL_SERVER_CHAT_PORT: "0",
  RETROPAL_SERVER_VOICE_PORT: "0",
  RETROPAL_SERVER_VIDEO_PORT: "0",
  RETROPAL_WEB_PORT: "0",
};

async function examined(home: Home, given: Given = {}) {
  const ran = await home.run("doctor --json", {
    ...given,
    env: { ...FREE, ...given.env },
  });
  const { ok: well, findings } = ran.json() as {
    ok: boolean;
    findings: Finding[];
  };
  equal(ran.code, well ? 0 : 1);
  for (const one of findings) {
    equal(one.advice === undefined, one.level === "ok", one.text);
  }
  return findings.filter((one) => one.level === "bad");
}

/** Asserts that the planted problem is the only finding. */
function found(bad: readonly Finding[], check: string, text: RegExp): void {
  deepEqual(bad.map((one) => one.check), [check]);
  match(bad[0]?.text ?? "", text);
}

Deno.test("doctor finds nothing wrong with a new server", async () => {
  await using home = await Home.make();
  deepEqual(await examined(home), []);
  await home.makeDatabase();
  deepEqual(await examined(home), []);
  match((await home.run("doctor", { env: FREE })).out, /No problems found\.$/);
});

Deno.test("doctor finds a folder that others can open", async () => {
  await using home = await Home.make();
  await home.makeDatabase();
  // The mode does not matter while the folder contains no readable files.
  await Deno.chmod(home.data, 0o755);
  deepEqual(await examined(home), []);
  await Deno.chmod(home.data, 0o777);
  found(await examined(home), "folder", /can be opened by other users/);
  await Deno.chmod(home.data, 0o755);
  await Deno.chmod(`${home.data}/retropal.db`, 0o644);
  found(await examined(home), "folder", /can be opened by other users/);
});

Deno.test("doctor finds a data folder that is a file", async () => {
  await using home = await Home.make();
  await Deno.writeTextFile(home.data, "");
  ok((await examined(home)).some((one) => /is not a folder/.test(one.text)));
});

Deno.test("doctor finds a damaged database and names the backup to use", async () => {
  await using home = await Home.make();
  await home.makeDatabase();
  await home.run(`backup ${home.data}/retropal.db.backup-20260101T000000`);
  const path = `${home.data}/retropal.db`;
  const bytes = await Deno.readFile(path);
  bytes.fill(0x5a, 4096, bytes.length);
  await Deno.writeFile(path, bytes);
  const bad = await examined(home);
  equal(bad[0]?.check, "database");
  match(bad[0]?.advice ?? "", /retropal restore .*backup-20260101T000000/);
});

Deno.test("doctor finds a database of a newer retropal", async () => {
  await using home = await Home.make();
  await home.makeDatabase();
  const db = new DatabaseSync(`${home.data}/retropal.db`);
  db.exec("PRAGMA user_version = 9999");
  db.close();
  found(await examined(home), "database", /newer retropal \(schema 9999/);
});

Deno.test("doctor finds settings that are wrong", async () => {
  await using home = await Home.make();
  await home.run("config init");
  await Deno.writeTextFile(`${home.data}/retropal.toml`, "[web]\nprot = 1\n");
  found(await examined(home), "configuration", /Did you mean web\.port/);
});

Deno.test("doctor finds a port that another program has", async () => {
  await using home = await Home.make();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const bad = await examined(home, {
    env: {
      RETROPAL_SERVER_BIND: "127.0.0.1",
      RETROPAL_SERVER_CHAT_PORT: String(taken.addr.port),
    },
  });
  found(bad, "ports", /\(chat\) is used by another program/);
});

Deno.test("doctor finds an address that the machine does not have", async () => {
  await using home = await Home.make();
  const env = {
    RETROPAL_SERVER_BIND: "192.0.2.250",
    RETROPAL_SERVER_CHAT_PORT: "5999",
  };
  const bad = await examined(home, { env });
  ok(bad.every((one) => /has no address 192\.0\.2\.250/.test(one.text)));
  ok(bad.length > 0);
  const name = await examined(home, {
    env: { RETROPAL_SERVER_ADVERTISE: "no-such-host.invalid" },
  });
  found(name, "address", /has no IPv4 address/);
});

Deno.test("doctor finds a clock that went back", async () => {
  await using home = await Home.make();
  await home.makeDatabase();
  const store = await openStore(`${home.data}/retropal.db`);
  store.audit.add({
    at: Date.now() + 86_400_000,
    actor: "cli",
    actorUid: null,
    address: null,
    action: "x",
    target: "x",
    before: null,
    after: null,
  });
  store.close();
  found(await examined(home), "clock", /but something was done at/);
});

const session = (address: string) => ({ address }) as SessionInfo;

Deno.test("checkAddress() compares the announced address with those of the clients", async () => {
  const level = async (
    settings: Record<string, string>,
    own: string[],
    from: string[],
  ) => {
    const config = defaultConfig(
      Object.fromEntries(
        Object.entries(settings).map((
          [key, value],
        ) => [`server.${key}`, value]),
      ),
    );
    return (await checkAddress(config, own, from.map(session)))
      .map((one) => one.level).join();
  };
  const home = ["192.168.1.20"];
  const out = "198.51.100.7";
  equal(await level({}, home, []), "note");
  equal(await level({}, home, ["192.168.1.5"]), "note");
  equal(await level({}, home, [out]), "bad");
  equal(await level({}, [out], ["203.0.113.1"]), "ok");
  equal(await level({ advertise: "192.168.1.20" }, home, []), "ok");
  equal(await level({ advertise: "192.168.1.20" }, home, [out]), "bad");
  equal(await level({ advertise: "192.168.7.7" }, home, []), "bad");
  equal(await level({ advertise: out }, home, []), "ok,note");
  equal(
    await level(
      { advertise: out, advertise_private: "192.168.1.20" },
      home,
      [],
    ),
    "ok",
  );
  equal(
    await level({ advertise: out, advertise_private: "10.9.9.9" }, home, []),
    "ok,bad",
  );
});

Deno.test("checkFileLimit() reports how many users fit", () => {
  const limits = (most: number) => checkFileLimit(defaultConfig(), most);
  equal(limits(1024).level, "note");
  match(limits(1024).text, /about 462 people/);
  equal(limits(65536).level, "ok");
  equal(limits(Infinity).level, "ok");
  match(checkFileLimit(defaultConfig(), 0, "windows").text, /Windows/);
});

Deno.test("checkLocation() requires the exact form of the line", async () => {
  const answers: [string, number, Finding["level"]][] = [
    ["LOCATION:192.168.1.20:5001\r\n", 200, "ok"],
    ["<html>LOCATION:ab:1</html>", 200, "bad"],
    ["LOCATION:192.168.1.20:5001", 404, "bad"],
  ];
  for (const [text, status, level] of answers) {
    await using web = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () => new Response(text, { status }),
    );
    const config = defaultConfig({ "web.legacy_port": web.addr.port });
    equal((await checkLocation(config, true)).level, level, text);
  }
  const config = defaultConfig({ "web.legacy_port": 1 });
  equal((await checkLocation(config, true)).level, "bad");
  equal((await checkLocation(defaultConfig(), true)).level, "note");
});

Deno.test("checkOurPorts() is not content with an open port", async () => {
  using deaf = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const endpoint = `127.0.0.1:${deaf.addr.port}`;
  const answered = deaf.accept().then((conn) => conn.close());
  const [chat, voice] = await checkOurPorts(
    {
      endpoints: {
        chat: endpoint,
        voice: endpoint,
        web: null,
        advertised: "",
        advertisedPrivate: "",
      },
    } as Parameters<typeof checkOurPorts>[0],
  );
  await answered;
  equal(chat?.level, "bad");
  equal(voice?.level, "ok");
});

Deno.test("windowsFolder() advises on folders outside the user's profile", () => {
  equal(windowsFolder("C:\\Users\\Ann\\data", "C:\\users\\ann"), null);
  const outside = windowsFolder("C:\\fresh", "C:\\Users\\Ann");
  equal(outside?.level, "note");
  match(outside?.advice ?? "", /icacls "C:\\fresh"/);
});

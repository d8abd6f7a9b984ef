import { equal, match, ok } from "node:assert/strict";
import { configureLog, logger, signOnRefused } from "../../ops/log.ts";
import { installSystemd } from "./install.ts";
import { Home } from "../../../tests/support/cli/retropal.ts";
import {
  FAIL2BAN_FAILREGEX,
  launchdPlist,
  type ServiceFacts,
  systemdUnit,
  windowsInstructions,
} from "./units.ts";

const FACTS: ServiceFacts = {
  command: ["/opt/retro pal/retropal"],
  data: "/srv/retropal & co",
  user: "ann",
  lowPorts: false,
};

Deno.test("systemdUnit() is hardened, but lets V8 compile", () => {
  const unit = systemdUnit(FACTS);
  match(
    unit,
    /^ExecStart="\/opt\/retro pal\/retropal" serve --data "\/srv\/retropal & co"$/m,
  );
  match(unit, /^ProtectSystem=strict$/m);
  match(unit, /^NoNewPrivileges=yes$/m);
  match(unit, /^CapabilityBoundingSet=$/m);
  ok(!/^MemoryDenyWriteExecute/m.test(unit));
  match(
    systemdUnit({ ...FACTS, lowPorts: true }),
    /^AmbientCapabilities=CAP_NET_BIND_SERVICE$/m,
  );
});

Deno.test("systemdUnit() is a unit to systemd itself", async () => {
  const verify = new Deno.Command("systemd-analyze", { args: ["--version"] });
  try {
    await verify.output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/retropal-test.service`;
    const facts = { ...FACTS, command: ["/bin/true"], user: "root" };
    await Deno.writeTextFile(path, systemdUnit(facts));
    const { stderr } = await new Deno.Command("systemd-analyze", {
      args: ["verify", "--recursive-errors=no", path],
    }).output();
    const said = new TextDecoder().decode(stderr);
    ok(!said.includes("retropal-test.service"), said);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("launchdPlist() and windowsInstructions() hold the whole command", () => {
  const plist = launchdPlist(FACTS);
  match(plist, /<string>\/srv\/retropal &amp; co<\/string>/);
  match(
    windowsInstructions(FACTS),
    /\/TR "\\"\/opt\/retro pal\/retropal\\" serve/,
  );
});

Deno.test("fail2ban's filter matches failed sign-ons and nothing that people write", () => {
  const lines: string[] = [];
  configureLog({
    level: "info",
    format: "text",
    write: (line) => lines.push(line),
  });
  const log = logger("chat");
  const forged =
    "x\n2026-01-01T00:00:00.000Z WARNING chat: sign-on refused address=8.8.8.8 nickname=x";
  signOnRefused(log, {
    address: "203.0.113.9",
    nickname: forged,
    reason: "wrong password",
  });
  log.warn("refused", { reason: forged, nickname: forged });
  // Like fail2ban: removes the time, and replaces <HOST> with an address.
  const filter = new RegExp(
    FAIL2BAN_FAILREGEX.replace("<HOST>", "(?<host>[0-9a-f.:]+)"),
  );
  const hosts = (line: string) =>
    filter.exec(line.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/, "").trimEnd())?.groups
      ?.host;
  equal(hosts(lines[0] ?? ""), "203.0.113.9");
  equal(hosts(lines[1] ?? ""), undefined);
  const journal = filter.exec(`oak retropal[77]: ${lines[0]}`.trimEnd());
  equal(journal?.groups?.host, "203.0.113.9");
  equal(filter.exec(`oak retropal[77]: ${lines[1]}`), null);
});

Deno.test("service writes for this system, or for the one that is named", async () => {
  await using home = await Home.make();
  const unit = (await home.run("service --kind systemd --user ann")).out;
  match(unit, new RegExp(`^ReadWritePaths=${home.data}$`, "m"));
  match(unit, /^User=ann$/m);
  match((await home.run("service --kind fail2ban")).out, /^failregex = \^/m);
  match((await home.run("service --kind launchd")).out, /<key>Label<\/key>/);
  equal((await home.run("service --kind windows --json")).code, 0);
  const low = await home.run("service --kind systemd", {
    env: { RETROPAL_WEB_LEGACY_PORT: "80" },
  });
  match(low.out, /CAP_NET_BIND_SERVICE/);
});

Deno.test("service writes no path inside npm's cache", async () => {
  await using home = await Home.make();
  const execPath = "/home/ann/.npm/_npx/1a/node_modules/.bin/deno";
  const { code, out, err } = await home.run("service --kind systemd", {
    execPath,
  });
  equal(code, 1);
  equal(out, "");
  match(err, /npm may empty at any time/);
  equal((await home.run("service --kind fail2ban", { execPath })).code, 0);
});

Deno.test("installSystemd() writes, enables and hands the data over", async () => {
  const root = await Deno.makeTempDir();
  try {
    const { uid, gid } = await Deno.stat(root);
    await Deno.mkdir(`${root}/etc/systemd/system`, { recursive: true });
    await Deno.writeTextFile(
      `${root}/etc/passwd`,
      `me:x:${uid}:${gid}::/:/bin/sh\n`,
    );
    await Deno.mkdir(`${root}/data/logs`, { recursive: true });
    const facts = { ...FACTS, user: "me", data: `${root}/data` };
    for (let twice = 0; twice < 2; twice++) {
      const result = installSystemd(root, facts, "[Unit]\n");
      equal(result.code, 0);
      match(result.lines[1] ?? "", /systemctl daemon-reload/);
    }
    const wanted =
      `${root}/etc/systemd/system/multi-user.target.wants/retropal.service`;
    equal(await Deno.readTextFile(wanted), "[Unit]\n");
    const nobody = installSystemd(root, { ...facts, user: "you" }, "");
    match(nobody.lines[0] ?? "", /There is no user "you"/);
    await Deno.remove(`${root}/etc/systemd`, { recursive: true });
    match(
      installSystemd(root, facts, "").lines[0] ?? "",
      /starts services another way/,
    );
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

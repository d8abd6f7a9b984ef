/**
 * A host's week with the desk alone: a real server in an empty folder, without
 * any command after the first start.
 *
 * @module
 */
import { doesNotMatch, match, ok, rejects } from "node:assert/strict";
import { alertAdmin } from "../../lib/protocol/packets/moderation.ts";
import { PASSWORD, TestServer } from "../support/server.ts";
import { type DeskVisitor, withDeskVisitor } from "./support/desk_visitor.ts";

const BOUND_MS = 15_000;

/** Reloads the page until it shows this text. */
async function until(
  host: DeskVisitor,
  path: string,
  pattern: RegExp,
): Promise<string> {
  const deadline = Date.now() + BOUND_MS;
  for (;;) {
    const text = await host.open(path).then(() => host.html(), String);
    const found = pattern.exec(text);
    if (found !== null) return found[1] ?? found[0];
    ok(Date.now() < deadline, `${path} never showed ${pattern}: ${text}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function sees(host: DeskVisitor, pattern: RegExp): Promise<void> {
  match(await host.html(), pattern);
}

async function signIn(host: DeskVisitor, nickname: string): Promise<void> {
  await until(host, "/sign-in", /name="nickname"/);
  await host.send("/sign-in", { nickname, password: PASSWORD });
  await sees(host, /Your account/);
}

async function firstRun(server: TestServer, host: DeskVisitor): Promise<void> {
  const { out } = await server.cli(["setup", "--web"]);
  const [, path = ""] = /http:\/\/[^/]+(\/setup\S+)/.exec(out) ?? [];
  await host.open(path);
  await host.send("/setup", {
    name: "The Royal Oak",
    inside: "127.0.0.1",
    outside: "",
    uplink: "1000",
    registration: "closed",
    owner: "Rose",
    password: PASSWORD,
    repeat: PASSWORD,
  });
  await sees(host, /The Royal Oak is set up/);
  await host.open(path);
  await sees(host, /Not found|404/i);
}

async function usersAndRooms(host: DeskVisitor): Promise<void> {
  for (const nick of ["Ann", "Troll"]) {
    await host.open("/desk/users");
    await host.send("/desk/run/user/add", {
      nick,
      secret: PASSWORD,
      secret_again: PASSWORD,
    });
    await sees(host, new RegExp(`${nick}`));
  }
  await host.open("/desk/rooms");
  await host.send("/desk/run/room/add", { name: "The Snug" });
  await sees(host, /The Snug/);
}

/**
 * Two members with old clients make a complaint; resolves when the ban has
 * taken effect.
 */
async function complaint(server: TestServer, host: DeskVisitor) {
  await using ann = await server.signOn("Ann");
  await using troll = await server.signOn("Troll");
  const gid = await until(
    host,
    "/desk/rooms",
    /href="\/desk\/rooms\/(\d+)"[^>]*>\s*The Snug/,
  );
  await ann.rooms.join(Number(gid));
  await troll.rooms.join(Number(gid));
  await statistics(host);
  await ann.send(alertAdmin, {
    gid: Number(gid),
    uid: troll.uid,
    reason: "shouts at everybody",
  });
  const id = await until(
    host,
    "/desk/complaints",
    /href="\/desk\/complaints\/(\d+)"/,
  );
  await host.open(`/desk/complaints/${id}`);
  await sees(host, /shouts at everybody/);
  await host.send("/desk/run/user/warn", { text: "Please be kind." });
  await host.open(`/desk/complaints/${id}`);
  await host.send("/desk/run/user/ban", { for: "7d", reason: "shouting" });
  await sees(host, /is banned for 7d/);
  await troll.connection.closed;
  await host.open(`/desk/complaints/${id}`);
  await host.send("/desk/run/complaint/close", { note: "Banned." });
  await sees(host, /is closed/);
  await rejects(server.signOn("Troll"), /banned/i);
}

async function statistics(host: DeskVisitor): Promise<void> {
  await until(host, "/desk/statistics", />\s*The Snug\s*<\/a>/);
  await sees(host, /1000 <small>kbit\/s, at most 0 % used/);
}

/** Makes a backup, removes a member by mistake, and restores the backup. */
async function mistake(server: TestServer, host: DeskVisitor): Promise<void> {
  await host.open("/desk/backup");
  await host.send("/desk/backup/now");
  const restore = await until(
    host,
    "/desk/backup",
    /href="(\/desk\/backup\/restore\?name=[^"]+)"/,
  );
  await host.open("/desk/users?search=Ann");
  const [, uid = ""] = /href="\/desk\/users\/(\d+)"[^>]*>\s*Ann\s*</
    .exec(await host.html()) ?? [];
  await host.open(`/desk/users/${uid}`);
  await host.send("/desk/run/user/remove", { rooms: "keep" });
  await rejects(server.signOn("Ann"));

  await host.open(restore);
  await host.send("/desk/backup/restore", { password: "wrong999" });
  await sees(host, /class="[^"]*failed/);
  await host.send("/desk/backup/restore", { password: PASSWORD });
  await sees(host, /Restoring/);
  // The server restarts within the same process.
  await server.log.match(/backup restored/, BOUND_MS);
  await signIn(host, "Rose");
  await host.open("/desk/backup");
  await sees(host, /was restored/);
  await using ann = await server.signOn("Ann");
  ok(ann.uid === Number(uid));
  await rejects(server.signOn("Troll"), /banned/i);
}

async function lookBack(host: DeskVisitor): Promise<void> {
  await host.open("/desk/audit");
  for (const act of ["setup", "user add", "ban add", "restore"]) {
    await sees(host, new RegExp(act));
  }
}

async function membersView(host: DeskVisitor): Promise<void> {
  await host.open("/member");
  await sees(host, /Your account/);
  doesNotMatch(await host.html(), /href="\/desk"/);
  await host.open("/desk");
  await sees(host, /Only moderators|Only a moderator|may see this/);
}

Deno.test({
  name: "a host's week with the desk alone",
  // The debugger's socket and the child process end a moment later.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using server = await TestServer.start({
      web: true,
      settings: { "web.port": "0", "web.bind": "127.0.0.1" },
    });
    const base = `http://${(server.ready as { web: string }).web}`;
    await withDeskVisitor(base, async (host) => {
      await firstRun(server, host);
      await usersAndRooms(host);
      await complaint(server, host);
      await mistake(server, host);
      await lookBack(host);
    });
    await withDeskVisitor(base, async (host) => {
      await signIn(host, "Ann");
      await membersView(host);
    });
  },
});

import { deepEqual, equal, match, ok } from "node:assert/strict";
import {
  members,
  roomInfo,
  sessionInfo,
} from "../../../tests/support/web/fake_live.ts";
import { findCommand } from "../../commands/table.ts";
import { DESK_PAGES } from "../page_table.ts";
import { type TestSite, withSite } from "../../../tests/support/web/site.ts";

/** The pages that need no existing data. */
const PAGES = DESK_PAGES.flatMap(({ looks }) => looks)
  .map(([, path]) => path).filter((path) => !/\d|nick=/.test(path));

async function owner(site: TestSite) {
  await site.addUser("Boss", { role: "superadmin" });
  const browser = site.browser();
  await browser.signIn("Boss");
  return browser;
}

Deno.test("the desk's pages open for its owner", () =>
  withSite(async (site) => {
    const browser = await owner(site);
    site.live.sessionList = [sessionInfo()];
    site.live.roomList = [roomInfo({ members: members("Ann") })];
    for (const path of PAGES) {
      const { status, text } = await browser.get(path);
      equal(status, 200, `${path}: ${text.slice(0, 300)}`);
      ok(!/\sstyle=|\son\w+=/.test(text), path);
    }
    deepLogged(site);
  }));

function deepLogged(site: TestSite): void {
  ok(!site.logged.some((line) => line.startsWith("error")), "no errors");
}

Deno.test("the desk refuses everybody else", () =>
  withSite(async (site) => {
    await site.addUser("Ann");
    const member = site.browser();
    await member.signIn("Ann");
    for (const path of [...PAGES, "/desk/live", "/desk/sessions/live"]) {
      const stranger = await site.browser().get(path);
      equal(stranger.status, 303, path);
      match(stranger.location ?? "", /^\/sign-in\?to=%2Fdesk/);
      equal((await member.get(path)).status, 403, path);
    }
    const posted = await member.post("/desk/run/broadcast", { message: "x" });
    equal(posted.status, 403);
    equal(site.live.done.length, 0);
  }));

Deno.test("the desk opens only from the host's networks", () =>
  withSite(async (site) => {
    const browser = await owner(site);
    site.configure({ "web.staff_networks": ["192.0.2.0/24"] });
    for (const path of [...PAGES, "/metrics", "/healthz"]) {
      equal((await browser.get(path)).status, 403, path);
    }
    ok(!(await browser.get("/")).text.includes('href="/desk"'));
  }));

Deno.test("POST /desk/run bans an online user immediately", () =>
  withSite(async (site) => {
    const ann = await site.addUser("Ann");
    site.live.sessionList = [sessionInfo({ uid: ann.uid })];
    const browser = await owner(site);
    const page = await browser.get(`/desk/users/${ann.uid}`);
    const answer = await browser.submit(page, "/desk/run/user/ban", {
      reason: "Be kind.",
      for: "7d",
    });
    equal(answer.status, 303);
    equal(answer.location, `/desk/users/${ann.uid}`);
    match((await browser.get(answer.location!)).text, /is banned for 7d/);
    equal(site.live.sessionList.length, 0);
    const ban = site.store.bans.find("account", String(ann.uid), Date.now());
    equal(ban?.by, "Boss");
    equal(ban?.reason, "Be kind.");
    const [entry] = site.store.audit.list({ action: "ban add" });
    equal(entry?.actor, "Boss");
    equal(entry?.address, "127.0.0.1");
  }));

Deno.test("POST /desk/run keeps the input when it is refused", () =>
  withSite(async (site) => {
    const browser = await owner(site);
    const page = await browser.get("/desk/bans");
    const answer = await browser.submit(page, "/desk/run/ban/add", {
      target: "Nobody<b>",
      for: "soon",
    });
    equal(answer.status, 422);
    match(answer.text, /must be a duration such as 30m/);
    match(answer.text, /value="Nobody&lt;b&gt;"/);
    const again = await browser.submit(answer, "/desk/run/ban/add", {
      target: "203.0.113.9",
      for: "30m",
    });
    equal(again.location, "/desk/bans");
  }));

Deno.test("POST /desk/run changes only edited fields, and can clear them", () =>
  withSite(async (site) => {
    const browser = await owner(site);
    const room = site.store.rooms.create({
      name: "Den",
      category: 30006,
      type: 3,
      lockword: "tiger",
      banner: "Hello",
      createdAt: Date.now(),
    });
    const page = await browser.get(`/desk/rooms/${room.gid}`);
    const answer = await browser.submit(page, "/desk/run/room/set", {
      lockword: "",
      rating: "A",
      banner: "Hello",
      welcome: "",
    });
    equal(answer.status, 303);
    const after = site.store.rooms.get(room.gid);
    equal(after?.lockword, "");
    equal(after?.rating, "A");
    equal(after?.banner, "Hello");
    equal(after?.floorMode, room.floorMode);
  }));

Deno.test("the desk's menu has no entry that answers 403", () =>
  withSite(async (site) => {
    for (const role of ["moderator", "admin", "superadmin"] as const) {
      await site.addUser(role, { role });
      const browser = site.browser();
      await browser.signIn(role);
      const { text } = await browser.get("/desk");
      const menu = /<nav class="side"[\s\S]*?<\/nav>/.exec(text)?.[0] ?? "";
      const paths = [...menu.matchAll(/href="([^"]+)"/g)]
        .map(([, path]) => path!);
      ok(paths.length >= 8, role);
      for (const path of paths) {
        equal((await browser.get(path)).status, 200, `${role} ${path}`);
      }
    }
  }));

Deno.test("POST /desk/run obeys the roles of the command table", () =>
  withSite(async (site) => {
    await site.addUser("Mod", { role: "moderator" });
    await site.addUser("Chief", { role: "admin" });
    const browser = site.browser();
    await browser.signIn("Mod");
    const page = await browser.get("/desk/sessions");
    equal(
      (await browser.submit(page, "/desk/run/user/kick", { nick: "Chief" }))
        .status,
      422,
    );
    const token = /name="form_token"\s+value="([^"]+)"/.exec(page.text)?.[1];
    const made = await browser.post("/desk/run/room/add", {
      form_token: token ?? "",
      name: "Mine",
    });
    equal(made.status, 422);
    match(made.text, /Only an admin may do this/);
    equal((await browser.get("/desk/audit")).status, 403);
    equal((await browser.get("/desk/backup")).status, 403);
  }));

Deno.test("POST /desk/run makes accounts, passwords, codes and imports", () =>
  withSite(async (site) => {
    const browser = await owner(site);
    const users = await browser.get("/desk/users");
    const made = await browser.submit(users, "/desk/run/user/add", {
      nick: "Zo\u00eb",
      secret: "abcde1",
      secret_again: "abcde1",
    });
    equal(made.status, 303);
    const zoe = site.store.accounts.byNickname("Zo\u00eb");
    ok(zoe);
    const twice = await browser.submit(users, "/desk/run/user/add", {
      nick: "Bob",
      secret: "abcde1",
      secret_again: "abcde2",
    });
    match(twice.text, /The two passwords differ/);
    ok(!twice.text.includes("abcde1"), "passwords are not given back");

    const code = await browser.submit(
      await browser.get("/desk/invites"),
      "/desk/run/invite/add",
    );
    equal(code.status, 303);
    match(
      (await browser.get("/desk/invites")).text,
      /[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}/,
    );
    const imported = await browser.submit(
      await browser.get("/desk/commands/user/import"),
      "/desk/run/user/import",
      { file: "nickname,password\nCarl,secret99\nDora,secret98\n" },
    );
    equal(imported.status, 200, imported.text);
    ok(site.store.accounts.byNickname("Dora"));
  }));

Deno.test("GET /desk/packets shows one session, redacted, and is recorded in the audit log", () =>
  withSite(async (site) => {
    const browser = await owner(site);
    const waiting = browser.get("/desk/packets?nick=Boss&seconds=1");
    while (site.live.tails.size === 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    for (const tail of site.live.tails) {
      tail({
        at: Date.now(),
        kind: "frame",
        session: 1,
        uid: 1,
        nickname: "Boss",
        address: "127.0.0.1",
        direction: "C>S",
        name: "IM_OUT<b>",
        length: 9,
        payload: "000f4242787878",
      });
    }
    const { text } = await waiting;
    match(text, /IM_OUT&lt;b&gt;/);
    match(text, /000f4242787878/);
    equal(site.live.tails.size, 0);
    equal(
      site.store.audit.list({ action: "packets watched" }).length,
      1,
    );
  }));

Deno.test("GET /desk/packets/stream ends when its reader is no longer staff", () =>
  withSite(async (site) => {
    const browser = await owner(site);
    const boss = site.store.accounts.byNickname("Boss")!;
    const response = await fetch(
      `${site.base}/desk/packets/stream?uid=${boss.uid}`,
      { headers: { cookie: browser.cookie } },
    );
    const body = response.text();
    site.store.accounts.update(boss.uid, { role: "user" });
    match(await body, /retry/);
    equal(site.live.tails.size, 0);
  }));

Deno.test("POST /desk/backup sends a copy of the database", () =>
  withSite(
    async (site) => {
      const browser = await owner(site);
      const answer = await browser.submit(
        await browser.get("/desk/backup"),
        "/desk/backup",
      );
      equal(answer.status, 200);
      equal(answer.text, "the database");
      match(
        answer.headers.get("content-disposition") ?? "",
        /filename="retropal\.db\.backup-\d{14}"/,
      );
    },
    {},
    { backup: (file) => Deno.writeTextFile(file, "the database") },
  ));

Deno.test("/desk/live shows the server's changes", () =>
  withSite(async (site) => {
    const browser = await owner(site);
    const response = await fetch(`${site.base}/desk/sessions/live`, {
      headers: { cookie: browser.cookie },
    });
    const reader = response.body!.pipeThrough(new TextDecoderStream())
      .getReader();
    match((await reader.read()).value ?? "", /Nobody is connected/);
    site.live.sessionList = [sessionInfo({ nickname: "<i>Eve" })];
    match((await reader.read()).value ?? "", /&lt;i&gt;Eve/);
    await reader.cancel();
  }));

Deno.test("POST /desk/run asks for a yes before a wide ban", () =>
  withSite(async (site) => {
    const boss = await site.addUser("Boss", { role: "superadmin" });
    await site.addUser("Mona", { role: "moderator" });
    const ann = await site.addUser("Ann");
    site.live.sessionList = [boss, ann].map(({ uid, nickname }) =>
      sessionInfo({ uid, nickname, address: "203.0.113.5" })
    );
    const browser = site.browser();
    await browser.signIn("Mona");
    const form = await browser.get("/desk/bans");
    ok(!form.text.includes('name="yes"'));
    const asked = await browser.submit(form, "/desk/run/ban/add", {
      target: "0.0.0.0/0",
      reason: "a <mistake>",
    });
    equal(asked.status, 200);
    match(asked.text, /It disconnects Ann\./);
    ok(!asked.text.includes("Boss"));
    equal(site.store.bans.list(Date.now()).length, 0);
    equal(site.live.sessionList.length, 2);
    const done = await browser.submit(asked, "/desk/run/ban/add");
    equal(done.location, "/desk/bans");
    const [ban] = site.store.bans.list(Date.now());
    equal(ban?.reason, "a <mistake>");
    deepEqual(site.live.sessionList.map(({ uid }) => uid), [boss.uid]);
    // The owner and the staff member may still sign in; others may not.
    for (const [nickname, path] of [["Boss", "/desk"], ["Mona", "/desk"]]) {
      const again = site.browser();
      await again.signIn(nickname!);
      equal((await again.get(path!)).status, 200, nickname);
    }
    match((await site.browser().signIn("Ann")).text, /address is banned/);
  }));

Deno.test("GET /desk/bans offers to lift only bans that the reader may lift", () =>
  withSite(async (site) => {
    await site.addUser("Mona", { role: "moderator" });
    const ban = { kind: "address", reason: "", at: 0, until: null } as const;
    site.store.bans.add({ ...ban, target: "203.0.113.1", by: "cli" });
    site.store.bans.add({ ...ban, target: "203.0.113.2", by: "Mo", rank: 1 });
    const browser = site.browser();
    await browser.signIn("Mona");
    const { text } = await browser.get("/desk/bans");
    const ends = [...text.matchAll(/name="target" value="([^"]+)"/g)]
      .map(([, target]) => target);
    deepEqual(ends, ["203.0.113.2"]);
    ok(text.includes("203.0.113.1"));
  }));

Deno.test("a page offers a moderator no form above that role", () =>
  withSite(async (site) => {
    const ann = await site.addUser("Ann");
    await site.addUser("Guard", { role: "moderator" });
    const browser = site.browser();
    await browser.signIn("Guard");
    for (
      const path of [`/desk/users/${ann.uid}`, "/desk/rooms/50001", ...PAGES]
    ) {
      const { status, text } = await browser.get(path);
      if (status === 403) continue;
      const actions = [...text.matchAll(/action="\/desk\/run\/([^"]*)"/g)];
      for (const [, action = ""] of actions) {
        const { role } = findCommand(action.split("/"))!;
        equal(role, "moderator", `${path} offers ${action}`);
      }
    }
    match(
      (await browser.get(`/desk/users/${ann.uid}`)).text,
      /Only an? (super)?admin may do this/,
    );
  }));

Deno.test("the result of a form is shown with a link to it", () =>
  withSite(async (site) => {
    const ann = await site.addUser("Ann");
    const browser = await owner(site);
    const page = await browser.get("/desk/bans");
    const answer = await browser.submit(page, "/desk/run/ban/add", {
      target: "Ann",
    });
    match(
      (await browser.get(answer.location!)).text,
      new RegExp(`<a href="/desk/users/${ann.uid}">Ann</a>`),
    );
  }));

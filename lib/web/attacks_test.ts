/**
 * Attacks with names, forms and accounts, each of which is refused
 * (SECURITY.md).
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import {
  members,
  roomInfo,
  sessionInfo,
} from "../../tests/support/web/fake_live.ts";
import {
  PASSWORD,
  type TestSite,
  withSite,
} from "../../tests/support/web/site.ts";

const EVIL = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`;

async function boss(site: TestSite) {
  await site.addUser("Boss", { role: "superadmin" });
  const browser = site.browser();
  await browser.signIn("Boss");
  return browser;
}

Deno.test("attack: script in nicknames, room names, profiles, reasons and settings", () =>
  withSite(async (site) => {
    const evil = await site.addUser(EVIL, {
      first: EVIL,
      last: EVIL,
      email: EVIL,
    });
    site.store.accounts.setProfile(evil.uid, new Map([["interests", EVIL]]));
    const room = site.store.rooms.create({
      name: EVIL,
      category: 30006,
      type: 3,
      banner: `</textarea>${EVIL}`,
      welcome: EVIL,
      lockword: EVIL,
      createdAt: 0,
    });
    site.store.categories.set({ code: 30999, name: EVIL });
    site.store.bans.add({
      kind: "account",
      target: "1",
      reason: EVIL,
      by: EVIL,
      at: 0,
      until: null,
    });
    site.store.inviteCodes.add({
      code: EVIL,
      usesLeft: 1,
      createdBy: EVIL,
      createdAt: 0,
      expiresAt: null,
    });
    site.live.roomList = [
      roomInfo({ gid: room.gid, name: EVIL, members: members(EVIL) }),
      roomInfo({ gid: 7, category: 4, name: EVIL, permanent: false }),
    ];
    site.live.sessionList = [sessionInfo({ uid: evil.uid, nickname: EVIL })];
    site.live.statusMore = {
      errors: [{ at: 1, category: EVIL, message: EVIL }],
    };
    const staff = await boss(site);
    const own = site.browser();
    await own.signIn(EVIL);
    const query = encodeURIComponent(EVIL);
    const pages = [
      "/",
      "/connect",
      `/register?code=${query}`,
      `/sign-in?to=${query}`,
      `/${query}`,
      `/palsearch.html?nick=${query}`,
      `/profile/JspGetPalInfo.jsp?nick=${query}`,
      "/userGroup.html",
      "/palsts.html",
      "/perl/Banner.pl",
      "/webreg.html",
      "/desk",
      "/desk/sessions",
      `/desk/sessions/${evil.uid}`,
      "/desk/rooms",
      `/desk/rooms/${room.gid}`,
      "/desk/rooms/7",
      "/desk/categories",
      "/desk/categories/30999",
      `/desk/users?search=${query}&sort=${query}&role=${query}`,
      `/desk/users/${evil.uid}`,
      "/desk/bans",
      "/desk/invites",
      `/desk/audit?actor=${query}`,
      `/desk/packets?nick=${query}`,
      "/desk/config",
    ];
    for (const path of pages) {
      for (const browser of [staff, own]) {
        const { text } = await browser.get(path);
        ok(!text.includes("<script>"), path);
        ok(!text.includes("<img"), path);
        ok(!/=\s*"[^"]*"\s*'>/.test(text), path);
      }
    }
  }, {
    "auth.registration": "invite",
    "web.show_names": true,
    "server.name": "<script>alert(2)</script>",
    "server.welcome": "<script>alert(3)</script>",
  }));

Deno.test("attack: forms sent from other sites, without, with a foreign or an old token", () =>
  withSite(async (site) => {
    const staff = await boss(site);
    const page = await staff.get("/desk/announce");
    const token = /name="form_token"\s+value="([^"]+)"/.exec(page.text)![1]!;
    const send = (fields: Record<string, string>, headers = {}) =>
      staff.post("/desk/run/broadcast", { message: "Hi", ...fields }, headers);
    equal((await send({})).status, 403);
    equal((await send({ form_token: "" })).status, 403);
    equal((await send({ form_token: token.slice(1) })).status, 403);
    const stranger = await site.browser().get("/sign-in");
    const foreign = /name="form_token" value="([^"]+)"/.exec(
      stranger.text,
    )![1]!;
    equal((await send({ form_token: foreign })).status, 403);
    for (
      const headers of [
        { "sec-fetch-site": "cross-site" },
        { "sec-fetch-site": "same-site" },
        { origin: "https://evil.example" },
        { origin: "null" },
      ]
    ) {
      equal((await send({ form_token: token }, headers)).status, 403);
    }
    equal(
      (await send({ form_token: token }, { "content-type": "text/plain" }))
        .status,
      415,
    );
    deepEqual(site.live.done, []);
    equal(
      (await send({ form_token: token }, { origin: site.base })).status,
      200,
    );

    const form = await site.browser().get("/register");
    site.pass(3 * 3_600_000);
    const late = await site.browser().submit(form, "/register", {
      nickname: "Ann",
      password: PASSWORD,
      repeat: PASSWORD,
    });
    equal(late.status, 403);
  }, { "auth.registration": "open" }));

Deno.test("attack: changing anything by GET", () =>
  withSite(async (site) => {
    const staff = await boss(site);
    for (
      const path of [
        "/desk/run/broadcast?message=Hi",
        "/desk/run/stop",
        "/sign-out",
        "/member/delete",
        "/member/password",
      ]
    ) {
      equal((await staff.get(path)).status, 404, path);
    }
    deepEqual(site.live.done, []);
    equal((await staff.get("/member")).status, 200);
  }));

Deno.test("attack: somebody else's account, session or office by changing numbers", () =>
  withSite(async (site) => {
    const ann = await site.addUser("Ann");
    const bob = await site.addUser("Bob");
    const browser = site.browser();
    const page = await browser.signIn("Ann");
    await browser.submit(page, "/member/profile", {
      uid: String(bob.uid),
      role: "superadmin",
      first: "Mine",
    });
    equal(site.store.accounts.get(bob.uid)?.first, "");
    equal(site.store.accounts.get(ann.uid)?.role, "user");
    for (
      const path of [
        `/desk/users/${bob.uid}`,
        "/api/v1/sessions",
        "/api/v1/server",
        "/desk/packets/stream?uid=1",
      ]
    ) {
      equal((await browser.get(path)).status, 403, path);
    }
  }));

Deno.test("attack: an account that raises itself or staff above it", () =>
  withSite(async (site) => {
    await site.addUser("Chief", { role: "admin" });
    const top = await site.addUser("Top", { role: "superadmin" });
    const browser = site.browser();
    await browser.signIn("Chief");
    const page = await browser.get(`/desk/users/${top.uid}`);
    for (
      const [action, fields] of [
        ["/desk/run/user/set", { nick: "Chief", role: "superadmin" }],
        ["/desk/run/user/set", { nick: "Top", role: "user" }],
        ["/desk/run/user/ban", { nick: "Top" }],
        ["/desk/run/user/rename", { nick: "Top", name: "Low" }],
        [
          "/desk/run/user/passwd",
          { nick: "Top", secret: "abcde1", secret_again: "abcde1" },
        ],
      ] as [string, Record<string, string>][]
    ) {
      const token = /name="form_token"\s+value="([^"]+)"/.exec(page.text)![1]!;
      const answer = await browser.post(action, {
        form_token: token,
        ...fields,
      });
      equal(answer.status, 422, action);
    }
    equal(site.store.accounts.get(top.uid)?.role, "superadmin");
    equal(site.store.bans.list(Date.now()).length, 0);
  }));

Deno.test("attack: database words in every field of a form or query", () =>
  withSite(async (site) => {
    const staff = await boss(site);
    const sql = `' OR 1=1; DROP TABLE users; --`;
    const query = encodeURIComponent(sql);
    for (
      const path of [
        `/palsearch.html?nick=${query}`,
        `/profile/JspGetPalInfo.jsp?nick=${query}`,
        `/register/check?nickname=${query}`,
        `/desk/users?search=${query}&from=${query}`,
        `/desk/audit?actor=${query}&target=${query}&action=${query}`,
      ]
    ) {
      ok((await staff.get(path)).status < 500, path);
    }
    equal((await site.browser().signIn(sql, sql)).status, 422);
    ok(site.store.accounts.byNickname("Boss"));
  }, { "auth.registration": "open" }));

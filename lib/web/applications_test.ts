import { deepEqual, equal, match, ok } from "node:assert/strict";
import { removeExpired } from "../actions/applications.ts";
import { SERVER } from "../actions/acting.ts";
import { LEVEL, type Role } from "../domain/store.ts";
import {
  PASSWORD,
  type TestSite,
  withSite,
} from "../../tests/support/web/site.ts";
import { waiting } from "../../tests/support/waiting.ts";
import { sessionInfo } from "../../tests/support/web/fake_live.ts";

const APPROVAL = { "auth.registration": "approval" };
const DAY = 86_400_000;

async function join(
  site: TestSite,
  nickname: string,
  more: Record<string, string> = {},
  path = "/register",
) {
  const browser = site.browser();
  return await browser.submit(await browser.get(path), path, {
    nickname,
    password: PASSWORD,
    repeat: PASSWORD,
    ...more,
  });
}

const uidOf = (site: TestSite, nickname: string) =>
  site.store.accounts.byNickname(nickname)!.uid;

Deno.test("an account waits until staff approve it on the desk", () =>
  withSite(async (site) => {
    const boss = await site.addUser("Boss", { role: "admin" });
    const guard = await site.addUser("Guard", { role: "moderator" });
    site.live.sessionList = [boss, guard].map(({ uid, role }) =>
      sessionInfo({ uid, role })
    );
    const answer = await join(site, "Ann <b>", { message: "Bob's <i>aunt" });
    equal(answer.status, 200);
    match(answer.text, /waits for approval/);
    match(answer.text, /Ann &lt;b&gt;/);
    const told = site.live.done.filter((one) => one.startsWith("message"));
    equal(told.length, 1);
    match(told[0]!, new RegExp(`^message ${boss.uid} Ann <b> would like`));
    const waiting = await site.browser().signIn("Ann <b>");
    equal(waiting.status, 422);
    match(waiting.text, /waits for the host(&#39;|')s approval/);
    const found = { nickname: "Ann <b>", limit: 10 };
    equal(site.store.accounts.search(found).length, 0);
    const desk = site.browser();
    await desk.signIn("Boss");
    const page = await desk.get("/desk/applications");
    match(page.text, /Applications\s*<span class="tag bad">1<\/span>/);
    match(page.text, /Bob(&#39;|')s &lt;i&gt;aunt/);
    const done = await desk.submit(page, "/desk/run/user/approve");
    equal(done.location, "/desk/applications");
    match((await desk.get("/desk/applications")).text, /Nobody waits/);
    match((await site.browser().signIn("Ann <b>")).text, /Ann &lt;b&gt;/);
    equal(site.store.accounts.search(found).length, 1);
    equal(site.store.audit.list({ action: "user approve" })[0]?.actor, "Boss");
  }, APPROVAL));

Deno.test("a rejected applicant reads why, with the right password only", () =>
  withSite(async (site) => {
    await site.addUser("Boss", { role: "admin" });
    await join(site, "Ann");
    const desk = site.browser();
    await desk.signIn("Boss");
    const page = await desk.get("/desk/applications");
    await desk.submit(page, "/desk/run/user/reject", {
      reason: "Family only.",
    });
    const answer = await site.browser().signIn("Ann");
    match(answer.text, /not approved your account\. Family only\./);
    const guess = await site.browser().signIn("Ann", "wrong123");
    ok(!/Family/.test(guess.text));
    const acting = { store: site.store, live: null, actor: SERVER };
    const at = (days: number) => () => Date.now() + days * DAY;
    equal(removeExpired({ ...acting, now: at(6) }), 0);
    equal(removeExpired({ ...acting, now: at(8) }), 1);
    equal(site.store.accounts.byNickname("Ann"), undefined);
  }, APPROVAL));

Deno.test("the pages show no profile of an account that waits", () =>
  withSite(async (site) => {
    const uid = (await site.addUser("Ann")).uid;
    const statuses = async () => {
      const answers = [];
      for (
        const path of [
          "/chat/profile?nick=Ann",
          "/profile/JspGetPalInfo.jsp?cb_action=palinfo&nick=Ann",
        ]
      ) answers.push((await site.browser().get(path)).status);
      return answers;
    };
    deepEqual(await statuses(), [200, 200]);
    site.store.applications.set(waiting(uid));
    deepEqual(await statuses(), [404, 404]);
  }));

Deno.test("applications expire, and one address has few of them", () =>
  withSite(async (site) => {
    await join(site, "One");
    await join(site, "Two");
    const third = await join(site, "Three", { email: "x@example.org" });
    equal(third.status, 422);
    match(third.text, /your address already wait/);
    match(third.text, /value="Three"/);
    match(third.text, /value="x@example.org"/);
    site.configure({ "limits.applications_per_address": 3 });
    equal((await join(site, "Three")).status, 200);
    const [one] = site.store.applications.list();
    equal(one!.expiresAt - one!.at, 5 * DAY);
    site.configure({ "auth.approval_days": 6 });
    site.store.applications.remove(uidOf(site, "One"));
    await join(site, "Four");
    const last = site.store.applications.get(uidOf(site, "Four"))!;
    equal(last.expiresAt - last.at, 6 * DAY);
  }, {
    ...APPROVAL,
    "auth.approval_days": 5,
    "limits.applications_per_address": 2,
  }));

Deno.test("a code needs no approval, in every form", () =>
  withSite(async (site) => {
    site.store.inviteCodes.add({
      code: "ABCD-EFGH",
      usesLeft: 1,
      createdBy: "Boss",
      createdAt: 0,
      expiresAt: null,
    });
    match((await join(site, "Ann", { code: "WRONG" })).text, /is not good/);
    equal((await join(site, "Ann", { code: "ABCD-EFGH" })).location, "/member");
    equal(site.store.applications.get(uidOf(site, "Ann")), undefined);
    const old = await join(site, "Bob", {}, "/webreg.html");
    match(old.text, /looks at new accounts/);
    ok(site.store.applications.get(uidOf(site, "Bob")));
  }, APPROVAL));

Deno.test("the roles that can open and decide applications", () =>
  withSite(async (site) => {
    await join(site, "Ann");
    for (const role of ["user", "moderator", "admin", "superadmin"] as Role[]) {
      await site.addUser(role, { role });
      const browser = site.browser();
      await browser.signIn(role);
      const may = LEVEL[role] >= LEVEL.admin;
      equal((await browser.get("/desk/applications")).status, may ? 200 : 403);
      const menu = (await browser.get("/desk")).text;
      equal(menu.includes('href="/desk/applications"'), may, role);
    }
  }, APPROVAL));

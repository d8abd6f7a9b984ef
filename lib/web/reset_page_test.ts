import assert from "node:assert/strict";
import { HOST } from "../actions/acting.ts";
import { makeResetLink } from "../actions/reset_link.ts";
import type { Account } from "../domain/store.ts";
import { type TestSite, withSite } from "../../tests/support/web/site.ts";

function linkFor(site: TestSite, account: Account): string {
  const { store } = site;
  const acting = { store, live: null, actor: HOST, now: Date.now };
  return `/reset?token=${makeResetLink(acting, account)}`;
}

const NEW = { password: "other222", repeat: "other222" };

Deno.test("a link gives an account a new password, once", () =>
  withSite(async (site) => {
    const ann = await site.addUser("Ann");
    const signedIn = site.browser();
    await signedIn.signIn("Ann");
    const browser = site.browser();
    const at = linkFor(site, ann);
    const page = await browser.get(at);
    assert.match(page.text, /A new password for Ann/);
    const short = await browser.submit(page, "/reset", {
      password: "x",
      repeat: "x",
    });
    assert.equal(short.status, 422);
    const done = await browser.submit(page, "/reset", NEW);
    assert.match(done.text, /Your password is changed/);
    assert.equal((await browser.submit(page, "/reset", NEW)).status, 404);
    assert.equal((await browser.get(at)).status, 404);
    assert.equal((await signedIn.get("/member")).status, 303);
    const home = await browser.signIn("Ann", "other222");
    assert.match(home.text, /Your account/);
  }));

Deno.test("a link ends with its time, another link, or another password", () =>
  withSite(async (site) => {
    const ann = await site.addUser("Ann");
    const browser = site.browser();
    const first = linkFor(site, ann);
    const second = linkFor(site, ann);
    assert.equal((await browser.get(first)).status, 404);
    assert.equal((await browser.get(second)).status, 200);
    site.store.accounts.setPassword(ann.uid, "changed");
    assert.equal((await browser.get(second)).status, 404);
    const third = linkFor(site, site.store.accounts.get(ann.uid) ?? ann);
    assert.equal((await browser.get(third)).status, 200);
    site.pass(25 * 3_600_000);
    assert.equal((await browser.get(third)).status, 404);
    for (const token of ["", "x", "'"]) {
      assert.equal((await browser.get(`/reset?token=${token}`)).status, 404);
    }
  }));

Deno.test("staff make links on the desk, only for those below them", () =>
  withSite(async (site) => {
    const ann = await site.addUser("Ann");
    const root = await site.addUser("Root", { role: "superadmin" });
    await site.addUser("Adam", { role: "admin" });
    site.live.statusMore = {
      endpoints: {
        ...site.live.status().endpoints,
        web: "0.0.0.0:8080",
      },
    };
    const browser = site.browser();
    await browser.signIn("Adam");
    const page = await browser.get(`/desk/users/${ann.uid}`);
    await browser.submit(page, "/desk/run/user/reset-link");
    const after = await browser.get(`/desk/users/${ann.uid}`);
    const link = /http:\/\/[\d.]+:8080(\/reset\?token=[\w-]+)/.exec(
      after.text,
    )?.[1];
    assert.ok(link, after.text.slice(0, 3000));
    assert.equal((await site.browser().get(link)).status, 200);
    const refused = await browser.submit(
      page,
      "/desk/run/user/reset-link",
      { nick: String(root.uid) },
    );
    assert.equal(refused.status, 422);
  }));

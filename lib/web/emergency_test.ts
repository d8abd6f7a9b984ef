import { equal, match } from "node:assert/strict";
import type { EmergencyLevel } from "../domain/moderation.ts";
import { type TestSite, withSite } from "../../tests/support/web/site.ts";

const turn = (site: TestSite, level: EmergencyLevel) =>
  site.store.emergency.set({ level, reason: "Back soon.", by: "cli", at: 0 });

const join = async (site: TestSite, nickname: string) => {
  const browser = site.browser();
  const page = await browser.get("/register");
  return await browser.submit(page, "/register", {
    nickname,
    password: "rosebud1",
    repeat: "rosebud1",
  });
};

Deno.test("the dial closes registration, sign-in and open sessions", () =>
  withSite(async (site) => {
    await site.addUser("Ann");
    await site.addUser("Guard", { role: "moderator" });
    const ann = site.browser();
    await ann.signIn("Ann");
    equal((await ann.get("/member")).status, 200);
    turn(site, "members");
    equal((await ann.get("/member")).status, 200);
    const refused = await join(site, "Bob");
    equal(refused.status, 422);
    match(refused.text, /No new accounts are made at the moment\. Back soon/);
    equal(site.store.accounts.byNickname("Bob"), undefined);
    turn(site, "staff");
    equal((await ann.get("/member")).status, 303);
    match((await ann.signIn("Ann")).text, /Only staff may sign on/);
    const guard = site.browser();
    await guard.signIn("Guard");
    match((await guard.get("/desk")).text, /Staff only, set by cli/);
    turn(site, "open");
    await ann.signIn("Ann");
    equal((await ann.get("/member")).status, 200);
    equal((await join(site, "Bob")).status, 303);
  }, { "auth.registration": "open" }));

Deno.test("an admin turns the dial on the desk, a moderator cannot", () =>
  withSite(async (site) => {
    await site.addUser("Boss", { role: "admin" });
    await site.addUser("Guard", { role: "moderator" });
    const boss = site.browser();
    await boss.signIn("Boss");
    const page = await boss.get("/desk");
    const done = await boss.submit(page, "/desk/run/emergency/members", {
      reason: "Flood",
    });
    equal(done.location, "/desk");
    equal(site.store.emergency.get().level, "members");
    match((await boss.get("/desk")).text, /Members only, set by Boss/);
    const guard = site.browser();
    await guard.signIn("Guard");
    const seen = (await guard.get("/desk")).text;
    match(seen, /Members only/);
    equal(seen.includes("/desk/run/emergency"), false);
  }));

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { encodeText } from "../../protocol/windows1252.ts";
import { sessionInfo } from "../../../tests/support/web/fake_live.ts";
import { PASSWORD, withSite } from "../../../tests/support/web/site.ts";

Deno.test("POST /member/profile changes what others see", () =>
  withSite(async (site) => {
    const ann = await site.addUser("Ann");
    const browser = site.browser();
    const page = await browser.signIn("Ann");
    const answer = await browser.submit(page, "/member/profile", {
      first: "Anna",
      interests: "chess & tea",
      showEmail: "yes",
      color: "#ff8800",
    });
    equal(answer.location, "/member");
    equal(site.store.accounts.get(ann.uid)?.color, "255136000");
    const after = site.store.accounts.get(ann.uid);
    equal(after?.first, "Anna");
    equal(after?.showEmail, true);
    equal(after?.showFirst, true);
    equal(
      site.store.accounts.profile(ann.uid).get("interests"),
      "chess & tea",
    );
    ok(site.live.done.includes(`accountChanged ${ann.uid}`));
    const bad = await browser.submit(
      await browser.get("/member"),
      "/member/profile",
      { first: "line\nbreak", last: "Typed", showEmail: "" },
    );
    const again = (await browser.get(bad.location!)).text;
    match(again, /control characters/);
    match(again, /id="last"[^>]*value="Typed"/);
    match((await browser.get("/member")).text, /id="last"[^>]*value=""/);
  }));

Deno.test("POST /member/password requires the old one and ends other sessions", () =>
  withSite(async (site) => {
    const ann = await site.addUser("Ann");
    const [here, there] = [site.browser(), site.browser()];
    await here.signIn("Ann");
    await there.signIn("Ann");
    const change = (current: string, password: string) =>
      here.get("/member").then((page) =>
        here.submit(page, "/member/password", {
          current,
          password,
          repeat: password,
        })
      );
    equal((await change("wrong12", "newpass1")).status, 403);
    await change(PASSWORD, "abc");
    match((await here.get("/member")).text, /too short/);
    equal((await change(PASSWORD, "newpass1")).status, 303);
    match((await here.get("/member")).text, /password is changed/);
    equal((await there.get("/member")).status, 303);
    ok(
      await site.passwords.verify(
        site.store.accounts.get(ann.uid)!.passwordHash,
        encodeText("newpass1"),
      ),
    );
  }));

Deno.test("GET /member/export.json contains all stored data and no password", () =>
  withSite(async (site) => {
    const ann = await site.addUser("Ann", { email: "a@example.org" });
    const bob = await site.addUser("Bob");
    site.store.relations.addPal(ann.uid, bob.uid, 0);
    site.store.messages.add({
      to: ann.uid,
      from: bob.uid,
      body: encodeText("Caf\u00e9?"),
      at: 0,
    });
    const browser = site.browser();
    await browser.signIn("Ann");
    const { text } = await browser.get("/member/export.json");
    const data = JSON.parse(text);
    equal(data.account.email, "a@example.org");
    ok(data.pals.includes("Bob"));
    deepEqual(data.waitingMessages, [
      { from: "Bob", at: "1970-01-01T00:00:00.000Z", text: "Caf\u00e9?" },
    ]);
    ok(!text.includes("scrypt"));
  }));

Deno.test("POST /member/delete requires nickname and password and deletes everything", () =>
  withSite(async (site) => {
    const ann = await site.addUser("Ann");
    const browser = site.browser();
    const page = await browser.signIn("Ann");
    await browser.submit(page, "/member/delete", {
      nickname: "ann",
      current: PASSWORD,
    });
    ok(site.store.accounts.get(ann.uid));
    equal(
      (await browser.submit(page, "/member/delete", {
        nickname: "Ann",
        current: "wrong12",
      })).status,
      403,
    );
    equal(
      (await browser.submit(page, "/member/delete", {
        nickname: "Ann",
        current: PASSWORD,
      })).status,
      303,
    );
    equal(site.store.accounts.get(ann.uid), undefined);
    ok(site.live.done.includes(`accountRemoved ${ann.uid}`));
    equal((await browser.get("/member")).status, 303);
    equal(site.store.audit.list({ action: "user remove" }).length, 1);
  }));

Deno.test("POST /member/delete updates the rooms that the account owned", () =>
  withSite(async (site) => {
    const ann = await site.addUser("Ann");
    const bob = await site.addUser("Bob");
    const { gid } = site.store.rooms.create({
      name: "Den",
      category: 30006,
      type: 3,
      owner: ann.uid,
      createdAt: 0,
    });
    site.store.messages.add({
      to: bob.uid,
      from: ann.uid,
      body: encodeText("bye"),
      at: 0,
    });
    const browser = site.browser();
    const page = await browser.signIn("Ann");
    await browser.submit(page, "/member/delete", {
      nickname: "Ann",
      current: PASSWORD,
    });
    equal(site.store.rooms.get(gid)?.owner, null);
    ok(site.live.done.includes(`roomChanged ${gid}`));
    equal(site.store.messages.count(bob.uid), 0);
  }));

Deno.test("POST /member/password ends the chat session on the old password", () =>
  withSite(async (site) => {
    const ann = await site.addUser("Ann");
    site.live.sessionList = [sessionInfo({ uid: ann.uid })];
    const browser = site.browser();
    const page = await browser.signIn("Ann");
    await browser.submit(page, "/member/password", {
      current: PASSWORD,
      password: "newpass1",
      repeat: "newpass1",
    });
    deepEqual(site.live.sessionList, []);
    const [entry] = site.store.audit.list({ action: "user passwd" });
    deepEqual([entry?.actor, entry?.target], ["Ann", "Ann"]);
  }));

Deno.test("POST /member/profile is limited like the acts of the chat", () =>
  withSite(async (site) => {
    await site.addUser("Ann");
    const browser = site.browser();
    const page = await browser.signIn("Ann");
    for (let i = 0; i < 4; i++) {
      await browser.submit(page, "/member/profile", { first: `Ann${i}` });
    }
    match((await browser.get("/member")).text, /doing this too often/);
    equal(site.store.audit.list({ action: "user profile" }).length, 3);
    equal(site.store.accounts.byNickname("Ann")?.first, "Ann2");
  }, { "limits.audited_per_minute": 3 }));

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { encodeText } from "../protocol/windows1252.ts";
import { type TestSite, withSite } from "../../tests/support/web/site.ts";

const WISH = { nickname: "Ann", password: "secret11", repeat: "secret11" };

async function wish(site: TestSite, change: Record<string, string> = {}) {
  const browser = site.browser();
  const form = await browser.get("/register");
  return await browser.submit(form, "/register", { ...WISH, ...change });
}

Deno.test("POST /register creates an account for the chat", () =>
  withSite(async (site) => {
    const browser = site.browser();
    const answer = await browser.submit(
      await browser.get("/register"),
      "/register",
      {
        ...WISH,
        nickname: "Zo\u00eb",
        first: "Zo\u00eb",
        email: "z@example.org",
      },
    );
    equal(answer.location, "/member");
    match((await browser.get("/member")).text, /Welcome, Zo\u00eb!/);
    const account = site.store.accounts.byNickname("Zo\u00eb");
    equal(account?.email, "z@example.org");
    equal(account?.role, "user");
    ok(
      await site.passwords.verify(
        account?.passwordHash ?? "",
        encodeText("secret11"),
      ),
    );
    equal(site.store.audit.list({ action: "user register" }).length, 1);
  }, { "auth.registration": "open" }));

Deno.test("POST /register is shut while registration is closed", () =>
  withSite(async (site) => {
    const browser = site.browser();
    const page = await browser.get("/register");
    match(page.text, /given out by the host/);
    ok(!page.text.includes('action="/register"'));
    const token = /name="form_token" value="([^"]+)"/.exec(
      (await browser.get("/sign-in")).text,
    )![1]!;
    const answer = await browser.post("/register", {
      ...WISH,
      form_token: token,
    });
    equal(answer.status, 403);
    equal(site.store.accounts.byNickname("Ann"), undefined);
    equal((await browser.get("/register/check?nickname=Ann")).status, 404);
  }));

Deno.test("POST /register requires an invite code and uses it up", () =>
  withSite(async (site) => {
    site.store.inviteCodes.add({
      code: "ABCD-EFGH",
      usesLeft: 1,
      createdBy: "Boss",
      createdAt: 0,
      expiresAt: null,
    });
    equal((await wish(site)).status, 422);
    match((await wish(site, { code: "WRONG" })).text, /code is not good/);
    equal((await wish(site, { code: "ABCD-EFGH" })).status, 303);
    match(
      (await wish(site, { code: "ABCD-EFGH", nickname: "Bob" })).text,
      /code is not good/,
    );
    ok(site.store.accounts.byNickname("Ann"));
    equal(site.store.accounts.byNickname("Bob"), undefined);
  }, { "auth.registration": "invite" }));

Deno.test("POST /register applies the client's rules, and keeps the input", () =>
  withSite(async (site) => {
    await site.addUser("Boss", { role: "superadmin" });
    await site.addUser("Taken");
    for (
      const [change, sentence] of [
        [{ nickname: "" }, /at least one letter/],
        [{ nickname: "a,b" }, /stumbles/],
        [{ nickname: "\u4f60" }, /cannot show/],
        [{ nickname: "B0ss" }, /looks too much like Boss/],
        [{ nickname: "Paltalk Support" }, /server itself/],
        [{ nickname: "tAKEN" }, /is taken/],
        [{ password: "abc", repeat: "abc" }, /too short/],
        [{ password: "abcdefghijklm", repeat: "abcdefghijklm" }, /too long/],
        [{ repeat: "secret12" }, /passwords differ/],
        [{ first: "x".repeat(300) }, /at most 200/],
      ] as [Record<string, string>, RegExp][]
    ) {
      const answer = await wish(site, { email: "a@b.c", ...change });
      equal(answer.status, 422, JSON.stringify(change));
      match(answer.text, sentence);
      match(answer.text, /value="a@b\.c"/);
      ok(!answer.text.includes("secret11"), "passwords are not given back");
    }
    equal(site.store.accounts.list().length, 2);
  }, { "auth.registration": "open" }));

Deno.test("GET /register/check reports problems of a nickname", () =>
  withSite(async (site) => {
    await site.addUser("Taken");
    const check = async (nickname: string) =>
      JSON.parse(
        (await site.browser().get(
          `/register/check?nickname=${encodeURIComponent(nickname)}`,
        )).text,
      ).fault;
    equal(await check("Zo\u00eb"), null);
    match(await check("taken"), /is taken/);
    match(await check("a=b"), /stumbles/);
  }, { "auth.registration": "open" }));

Deno.test("POST /register slows down the creation of many accounts", () =>
  withSite(async (site) => {
    for (let i = 0; i < 3; i++) {
      equal((await wish(site, { nickname: `Ann ${i}` })).status, 303);
    }
    match((await wish(site)).text, /Too many registrations/);
    site.pass(10_000);
    equal((await wish(site)).status, 303);
  }, { "auth.registration": "open", "limits.registrations_per_address": 3 }));

Deno.test("POST /register refuses names that pass for others or for numbers", () =>
  withSite(async (site) => {
    await site.addUser("Ann B");
    for (
      const [nickname, sentence] of [
        ["1000002", /needs a letter/],
        ["10 00", /needs a letter/],
        ["Admin", /reserved/],
        ["M0derator", /reserved/],
        ["sys-tem", /reserved/],
        ["Support", /reserved/],
        ["Tilde Chat", /reserved/],
        ["AnnB", /differs from Ann B in blanks only/],
        ["Ann  B", /differs from Ann B in blanks only/],
        ["x".repeat(127), /without a blank/],
      ] as [string, RegExp][]
    ) {
      const answer = await wish(site, { nickname });
      equal(answer.status, 422, nickname);
      match(answer.text, sentence);
      const checked = await site.browser().get(
        `/register/check?nickname=${encodeURIComponent(nickname)}`,
      );
      match(checked.text, sentence);
    }
    // In the form that a Mac sends: a letter and a combining accent.
    equal((await wish(site, { nickname: "Zoe\u0308" })).status, 303);
    equal(site.store.accounts.byNickname("Zo\u00eb")?.nickname, "Zo\u00eb");
    const browser = site.browser();
    await browser.signIn("Zoe\u0308");
    equal((await browser.get("/member")).status, 200);
    site.configure({ "auth.reserved_names": ["Gandalf"] });
    equal((await wish(site, { nickname: "Gandalf" })).status, 422);
    equal((await wish(site, { nickname: "Admin" })).status, 303);
  }, {
    "auth.registration": "open",
    "server.name": "Tilde Chat",
    "limits.registrations_per_address": 100,
  }));

Deno.test("POST /register refuses a nickname with a listed word", () =>
  withSite(async (site) => {
    site.store.words.set({ word: "darn*", action: "mask", by: "x", at: 0 });
    match(
      (await wish(site, { nickname: "D\u00e4rnit" })).text,
      /not wanted here/,
    );
    site.configure({ "moderation.words_in_names": false });
    equal((await wish(site, { nickname: "D\u00e4rnit" })).status, 303);
  }, { "auth.registration": "open" }));

Deno.test("POST /register accepts one of two names that differ only in spaces", () =>
  withSite(async (site) => {
    const answers = await Promise.all([
      wish(site, { nickname: "Ann Lee" }),
      wish(site, { nickname: "AnnLee" }),
    ]);
    deepEqual(answers.map(({ status }) => status).sort(), [303, 422]);
    equal(site.store.accounts.count(), 1);
  }, { "auth.registration": "open" }));

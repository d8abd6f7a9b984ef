import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Mail } from "../ops/letters.ts";
import {
  type Browser,
  PASSWORD,
  type TestSite,
  withSite,
} from "../../tests/support/web/site.ts";

/** Makes the site send its mail into the returned list. */
function withMail(site: TestSite): Mail[] {
  const mails: Mail[] = [];
  site.live.mail = {
    send: (mail) => mails.push(mail) > 0,
    wake: () => {},
    origin: "https://chat.example.org",
    serverName: "The Oak",
  };
  return mails;
}

async function forgot(browser: Browser, who: string) {
  const page = await browser.get("/forgot");
  const answer = await browser.submit(page, "/forgot", { who });
  // The mail is written after the answer.
  await new Promise((resolve) => setTimeout(resolve, 20));
  return answer;
}

const linkIn = ({ text }: Mail) =>
  /https:\/\/chat\.example\.org(\/\S+token=\S+)/.exec(text)![1]!;

async function takeNewPassword(browser: Browser, link: string) {
  return await browser.submit(await browser.get(link), "/reset", {
    password: "fresh123",
    repeat: "fresh123",
  });
}

Deno.test("without e-mail the page shows whom to ask", () =>
  withSite(async (site) => {
    const { text } = await site.browser().get("/forgot");
    match(text, /sends no e-mail\. Please ask the host\./);
    ok(!text.includes('action="/forgot"'));
    site.configure({ "server.contact": "Ann <next door>" });
    match(
      (await site.browser().get("/forgot")).text,
      /ask the host: Ann &lt;next door&gt;/,
    );
    match((await site.browser().get("/sign-in")).text, /href="\/forgot"/);
  }));

Deno.test("the answer is the same for every account, and links work once", () =>
  withSite(async (site) => {
    await site.addUser("Ann", { email: "ann@example.org" });
    await site.addUser("Bob");
    const mails = withMail(site);
    const plain = (text: string) => text.replace(/value="[^"]*"/g, "");
    const answers = [];
    for (const who of ["Ann", "Bob", "Nobody", "ANN@example.org"]) {
      const { status, text } = await forgot(site.browser(), who);
      answers.push([status, plain(text)]);
    }
    for (const answer of answers) deepEqual(answer, answers[0]);
    deepEqual(mails.map(({ to }) => to), [
      "ann@example.org",
      "ann@example.org",
    ]);
    const browser = site.browser();
    const [first, second] = mails.map(linkIn) as [string, string];
    equal((await browser.get(first)).status, 200);
    equal((await takeNewPassword(browser, second)).status, 200);
    equal((await browser.get(first)).status, 404);
    equal((await browser.get(second)).status, 404);
    match(
      (await site.browser().signIn("Ann", "fresh123")).text,
      /Your account/,
    );
    equal(site.store.audit.list({ action: "user reset-mail" }).length, 2);
  }));

Deno.test("links end with time, a new password or another address", () =>
  withSite(async (site) => {
    const ann = await site.addUser("Ann", { email: "ann@example.org" });
    const mails = withMail(site);
    const ask = async () => {
      await forgot(site.browser(), "Ann");
      return linkIn(mails.at(-1)!);
    };
    const status = async (link: string) =>
      (await site.browser().get(link)).status;
    const one = await ask();
    site.pass(2 * 3_600_000);
    equal(await status(one), 404);
    const two = await ask();
    site.store.accounts.update(ann.uid, { email: "new@example.org" });
    equal(await status(two), 404);
    const three = await ask();
    equal(mails.at(-1)!.to, "new@example.org");
    site.store.accounts.setPassword(ann.uid, "other");
    equal(await status(three), 404);
  }));

Deno.test("the asker is charged, and no account gets more than three an hour", () =>
  withSite(async (site) => {
    await site.addUser("Ann", { email: "ann@example.org" });
    const mails = withMail(site);
    const browser = site.browser();
    for (let i = 0; i < 5; i++) {
      equal((await forgot(browser, "Ann")).status, 200);
    }
    const sixth = await forgot(browser, "Ann");
    equal(sixth.status, 422);
    match(sixth.text, /asked too often/);
    match(sixth.text, /value="Ann"/);
    equal(mails.length, 3);
    site.pass(3_600_000);
    await forgot(browser, "Ann");
    equal(mails.length, 4);
  }));

Deno.test("an address that a member gives counts once it is confirmed", () =>
  withSite(async (site) => {
    const ann = await site.addUser("Ann", { email: "old@example.org" });
    const mails = withMail(site);
    const browser = site.browser();
    const page = await browser.signIn("Ann");
    const change = async (email: string, password = PASSWORD) => {
      await browser.submit(page, "/member/email", {
        email,
        "email-password": password,
      });
      return (await browser.get("/member")).text;
    };
    const wrong = await change("new@example.org", "wrong123");
    match(wrong, /id="email-password-fault"[^>]*>Your present password/);
    match(wrong, /value="new@example.org"/);
    match(await change("no address"), /id="email-fault"[^>]*>.*is no e-mail/);
    const done = await change("new@example.org");
    match(done, /not confirmed yet/);
    deepEqual(mails.map(({ to }) => to), [
      "old@example.org",
      "new@example.org",
    ]);
    await forgot(site.browser(), "Ann");
    equal(mails.length, 2);
    const link = linkIn(mails[1]!);
    const confirm = await site.browser().get(link);
    match(confirm.text, /new@example\.org is the address of Ann/);
    equal(site.store.emails.check(ann.uid)?.confirmedAt, null);
    const other = site.browser();
    await other.submit(await other.get(link), "/confirm");
    match((await browser.get("/member")).text, /It is confirmed/);
    equal((await other.get(link)).status, 404);
    await forgot(site.browser(), "Ann");
    equal(mails.at(-1)!.to, "new@example.org");
  }));

Deno.test("accounts of others do not keep a link from a member", () =>
  withSite(async (site) => {
    await site.addUser("Zoe", { email: "zoe@example.org" });
    const others = [..."abcdef", "zoe@example.org"];
    for (const nickname of others) {
      const { uid } = await site.addUser(nickname, {
        email: "zoe@example.org",
      });
      site.store.emails.setCheck({
        uid,
        email: "zoe@example.org",
        confirmedAt: null,
      });
    }
    const mails = withMail(site);
    await forgot(site.browser(), "zoe@example.org");
    deepEqual(mails.map(({ to }) => to), ["zoe@example.org"]);
    match(mails[0]!.text, /\nZoe: https:/);
    equal(mails[0]!.text.match(/token=/g)?.length, 1);
  }));

Deno.test("confirming an address does not allow more mails an hour", () =>
  withSite(async (site) => {
    await site.addUser("Eve", { email: "" });
    const mails = withMail(site);
    const browser = site.browser();
    const page = await browser.signIn("Eve");
    for (let round = 0; round < 3; round++) {
      for (const email of ["eve@a.example", "victim@b.example"]) {
        await browser.submit(page, "/member/email", {
          email,
          "email-password": PASSWORD,
        });
      }
      const own = mails.filter(({ to, text }) =>
        to === "eve@a.example" && text.includes("/confirm?")
      ).at(-1)!;
      await browser.submit(page, "/member/email", {
        email: own.to,
        "email-password": PASSWORD,
      });
      const confirm = await browser.get(linkIn(own));
      if (confirm.status === 200) await browser.submit(confirm, "/confirm");
      equal((await browser.get(linkIn(own))).status, 404);
    }
    const links = mails.filter(({ text }) => text.includes("/confirm?"));
    equal(links.length, 3);
    await browser.submit(page, "/member/email", {
      email: "more@a.example",
      "email-password": PASSWORD,
    });
    const after = (await browser.get("/member")).text;
    match(after, /no mail was sent\. Please ask for the link again in an hour/);
    ok(!after.includes("on its way"));
  }));

Deno.test("an applicant gets the decision by e-mail", () =>
  withSite(async (site) => {
    await site.addUser("Boss", { role: "admin" });
    const mails = withMail(site);
    const joining = site.browser();
    await joining.submit(await joining.get("/register"), "/register", {
      nickname: "Eve",
      password: PASSWORD,
      repeat: PASSWORD,
      email: "eve@example.org",
    });
    match(mails[0]!.text, /confirm/);
    const desk = site.browser();
    await desk.signIn("Boss");
    const page = await desk.get("/desk/applications");
    await desk.submit(page, "/desk/run/user/approve");
    deepEqual(
      [mails[1]!.to, /has approved/.test(mails[1]!.text)],
      ["eve@example.org", true],
    );
  }, { "auth.registration": "approval" }));

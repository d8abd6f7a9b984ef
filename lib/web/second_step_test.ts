import { equal, match, ok } from "node:assert/strict";
import { codeAt } from "../ops/totp.ts";
import {
  PASSWORD,
  type TestSite,
  withSite,
} from "../../tests/support/web/site.ts";

const PATH = "/member/security";

/**
 * Signs in and enables two-step sign-in. Returns the secret and the recovery
 * codes.
 */
async function turnOn(site: TestSite, nickname: string) {
  const browser = site.browser();
  await browser.signIn(nickname);
  const page = await browser.get(PATH);
  const secret = /<code>([A-Z2-7 ]+)<\/code>/.exec(page.text)![1]!
    .replaceAll(" ", "");
  match(page.text, /<svg class="qr"/);
  const stolen = await browser.submit(page, `${PATH}/on`, {
    code: codeAt(secret, Date.now()),
    password: "a guess",
  });
  equal(stolen.location, PATH);
  match((await browser.get(PATH)).text, /present password/);
  const wrong = await browser.submit(page, `${PATH}/on`, {
    code: "000000",
    password: PASSWORD,
  });
  equal(wrong.location, PATH);
  const again = await browser.get(PATH);
  match(again.text, /code is not right/);
  const done = await browser.submit(again, `${PATH}/on`, {
    code: codeAt(secret, Date.now()),
    password: PASSWORD,
  });
  match(done.text, /never again/);
  const codes = [...done.text.matchAll(/<code>(\w{5}-\w{5})<\/code>/g)]
    .map(([, code]) => code!);
  equal(codes.length, 10);
  ok(!(await browser.get(PATH)).text.includes(secret));
  return { browser, secret, codes };
}

async function password(site: TestSite, nickname: string) {
  const browser = site.browser();
  const page = await browser.submit(await browser.get("/sign-in"), "/sign-in", {
    nickname,
    password: PASSWORD,
  });
  return { browser, page };
}

Deno.test("with two-step sign-in a password alone opens nothing", () =>
  withSite(async (site) => {
    const boss = await site.addUser("Boss", { role: "superadmin" });
    const { secret, codes } = await turnOn(site, "Boss");
    const { browser, page } = await password(site, "Boss");
    equal(page.status, 200);
    equal((await browser.get("/desk")).status, 303);
    const code = (text: string, from = page) =>
      browser.submit(from, "/sign-in/code", { code: text });
    const wrong = await code("123456");
    equal(wrong.status, 422);
    // The code that enabled it has been used.
    const used = await code(codeAt(secret, Date.now()), wrong);
    equal(used.status, 422);
    site.pass(31_000);
    const fresh = codeAt(secret, Date.now() + 31_000);
    equal((await code(fresh, used)).status, 303);
    equal((await browser.get("/desk")).status, 200);
    // The step is complete, so its token is no longer valid.
    equal((await code(codes[1]!, used)).status, 403);
    const second = await password(site, "Boss");
    const recovery = await second.browser.submit(
      second.page,
      "/sign-in/code",
      { code: codes[0]!.toUpperCase() },
    );
    equal(recovery.status, 303);
    const third = await password(site, "Boss");
    const again = await third.browser.submit(third.page, "/sign-in/code", {
      code: codes[0]!,
    });
    equal(again.status, 422);
    equal(site.store.twoStep.get(boss.uid)?.recovery.length, 9);
    const acts = site.store.audit.list({ action: "user totp on" });
    equal(acts.length, 1);
  }));

Deno.test("codes cannot be guessed for long, nor off without one", () =>
  withSite(async (site) => {
    await site.addUser("Ann");
    const { browser, codes } = await turnOn(site, "Ann");
    const off = async (code: string) => {
      await browser.submit(await browser.get(PATH), `${PATH}/off`, { code });
      return (await browser.get(PATH)).text;
    };
    match(await off("000000"), /not right/);
    match(await off(codes[0]!), /sign-in is off/);
    equal(site.store.twoStep.get(1000002), undefined);
    await turnOn(site, "Ann");
    let last = 0;
    for (let i = 0; i < 12; i++) {
      const tried = await password(site, "Ann");
      last = (await tried.browser.submit(tried.page, "/sign-in/code", {
        code: "111111",
      })).status;
    }
    equal(last, 429);
  }));

Deno.test("a member sees the browsers that are signed in, and ends them", () =>
  withSite(async (site) => {
    await site.addUser("Ann");
    await site.addUser("Bob");
    const [one, two, three, bob] = [1, 2, 3, 4].map(() => site.browser());
    for (const browser of [one!, two!, three!]) await browser.signIn("Ann");
    await bob!.signIn("Bob");
    const page = await one!.get(PATH);
    equal(page.text.match(/Sign it out/g)?.length, 2);
    const ended = await one!.submit(page, `${PATH}/end`);
    equal(ended.location, PATH);
    const left = [two!, three!];
    const open = await Promise.all(
      left.map(async (browser) => (await browser.get("/member")).status),
    );
    equal(open.filter((status) => status === 200).length, 1);
    // The number of another user's session ends nothing.
    await one!.submit(await one!.get(PATH), `${PATH}/end`, { session: "4" });
    equal((await bob!.get("/member")).status, 200);
    await one!.submit(await one!.get(PATH), `${PATH}/end`, {
      session: "others",
    });
    equal((await two!.get("/member")).status, 303);
    equal((await three!.get("/member")).status, 303);
    equal((await one!.get("/member")).status, 200);
  }));

import { deepEqual, equal, match } from "node:assert/strict";
import { type Browser, withSite } from "../../../tests/support/web/site.ts";

const PATH = "/desk/commands/ban/import";

async function token(browser: Browser): Promise<string> {
  const page = await browser.get(PATH);
  return /name="form_token" value="([^"]+)"/.exec(page.text)![1]!;
}

Deno.test("a large file comes in parts and is imported as one", () =>
  withSite(async (site) => {
    await site.addUser("Boss", { role: "superadmin" });
    const browser = site.browser();
    await browser.signIn("Boss");
    const form_token = await token(browser);
    const bans = Array.from({ length: 3000 }, (_, i) => ({
      kind: "address",
      target: `10.0.${i >> 8}.${i & 255}`,
    }));
    const text = JSON.stringify(bans);
    for (let at = 0; at < text.length; at += 20_000) {
      const part = text.slice(at, at + 20_000);
      const answer = await browser.post("/desk/upload", {
        form_token,
        part,
        ...(at === 0 && { first: "yes" }),
      });
      equal(answer.status, 204);
    }
    const answer = await browser.post("/desk/run/ban/import", {
      form_token,
      file: "",
      "uploaded.file": "yes",
      back: "/desk/bans",
      yes: "on",
    });
    equal(answer.status, 303, answer.text);
    equal(site.store.bans.list(Date.now()).length, 3000);
  }));

Deno.test("an upload is for staff, and bounded", () =>
  withSite(async (site) => {
    await site.addUser("Ann");
    await site.addUser("Boss", { role: "superadmin" });
    const [ann, boss] = [site.browser(), site.browser()];
    const page = await ann.signIn("Ann");
    await boss.signIn("Boss");
    const own = /name="form_token" value="([^"]+)"/.exec(page.text)![1]!;
    const refused = await ann.post("/desk/upload", {
      form_token: own,
      part: "x",
    });
    equal(refused.status, 403);
    const form_token = await token(boss);
    const part = "x".repeat(60_000);
    const answers = new Set<number>();
    for (let i = 0; i < 71; i++) {
      answers.add(
        (await boss.post("/desk/upload", { form_token, part })).status,
      );
    }
    deepEqual([...answers], [204, 413]);
  }));

Deno.test("the desk requires two-step sign-in of staff if the host has set that", () =>
  withSite(async (site) => {
    const guard = await site.addUser("Guard", { role: "moderator" });
    await site.addUser("Ann");
    const browser = site.browser();
    await browser.signIn("Guard");
    equal((await browser.get("/desk")).status, 200);
    site.configure({ "web.staff_two_step": true });
    const answer = await browser.get("/desk");
    equal(answer.status, 403);
    match(answer.text, /two-step sign-in of all staff/);
    equal((await browser.get("/member/security")).status, 200);
    equal((await browser.get("/desk/users")).status, 403);
    const page = await browser.get("/member");
    const form_token = /name="form_token" value="([^"]+)"/.exec(page.text)![1]!;
    const run = await browser.post("/desk/run/user/mute", {
      form_token,
      nick: "Ann",
    });
    equal(run.status, 403);
    site.store.twoStep.set({
      uid: guard.uid,
      secret: "JBSWY3DPEHPK3PXP",
      since: 0,
      lastStep: 0,
      recovery: [],
    });
    equal((await browser.get("/desk")).status, 200);
  }));

import { equal, match, ok } from "node:assert/strict";
import { withSite } from "../../tests/support/web/site.ts";

const HOUR = 3_600_000;

function invite(more: Record<string, unknown> = {}) {
  return {
    code: "ABCDEFGHJKLMNPQRSTUVWXYZ23",
    usesLeft: 1,
    createdBy: "cli",
    createdAt: 0,
    expiresAt: Date.now() + HOUR,
    link: true,
    room: 600,
    ...more,
  };
}

const PATH = "/invite/ABCDEFGHJKLMNPQRSTUVWXYZ23";
const WISH = { nickname: "Guest", password: "secret11", repeat: "secret11" };

Deno.test("an invitation link makes an account while registration is closed", () =>
  withSite(async (site) => {
    site.store.inviteCodes.add(invite());
    const browser = site.browser();
    const page = await browser.get(PATH);
    equal(page.status, 200);
    match(page.text, /You are invited to/);
    const answer = await browser.submit(page, PATH, WISH);
    equal(answer.status, 303);
    match(answer.location ?? "", /^\/(chat\?room=600|connect)$/);
    equal((await browser.get("/member")).status, 200);
    const [entry] = site.store.audit.list({ limit: 1 });
    equal(entry?.action, "user register");
    // The invitation is used up, so nobody else can register with it.
    const other = site.browser();
    equal((await other.get(PATH)).status, 404);
    equal(site.store.accounts.byNickname("Guest2"), undefined);
  }));

Deno.test("the last use of a link counts once, however many come together", () =>
  withSite(async (site) => {
    site.store.inviteCodes.add(invite());
    const page = await site.browser().get(PATH);
    const answers = await Promise.all(
      ["One", "Two", "Three"].map((nickname) =>
        site.browser().submit(page, PATH, { ...WISH, nickname })
      ),
    );
    equal(answers.filter(({ status }) => status === 303).length, 1);
  }, { "limits.registrations_per_address": 100 }));

Deno.test("a link that expired, was revoked or is a plain code is worth nothing", () =>
  withSite(async (site) => {
    const { inviteCodes } = site.store;
    const status = async () => (await site.browser().get(PATH)).status;
    equal(await status(), 404);
    inviteCodes.add(invite());
    equal(await status(), 200);
    site.pass(2 * HOUR);
    equal(await status(), 404);
    inviteCodes.remove(invite().code);
    inviteCodes.add(invite({ link: false, expiresAt: null }));
    equal(await status(), 404);
  }));

Deno.test("a link shows faults, and an address cannot use it again and again", () =>
  withSite(async (site) => {
    site.store.inviteCodes.add(invite({ usesLeft: 100 }));
    const browser = site.browser();
    const page = await browser.get(PATH);
    const wrong = await browser.submit(page, PATH, {
      ...WISH,
      repeat: "other",
    });
    equal(wrong.status, 422);
    match(wrong.text, /two passwords differ/);
    const statuses = new Set<number>();
    let sentence = "";
    for (let i = 0; i < 30; i++) {
      const answer = await site.browser().submit(page, PATH, {
        ...WISH,
        nickname: `Guest${i}`,
      });
      statuses.add(answer.status);
      if (answer.status === 422) sentence = answer.text;
    }
    ok(statuses.has(422));
    match(sentence, /Too many registrations/);
  }));

Deno.test("the desk shows links with QR codes, and revokes them", () =>
  withSite(async (site) => {
    await site.addUser("Host", { role: "admin" });
    const browser = site.browser();
    await browser.signIn("Host");
    const made = await browser.submit(
      await browser.get("/desk/invites"),
      "/desk/run/invite/link",
      { uses: "3" },
    );
    equal(made.status, 303);
    const [one] = site.store.inviteCodes.list(Date.now());
    ok(one?.link);
    equal(one.usesLeft, 3);
    const page = await browser.get("/desk/invites");
    match(page.text, new RegExp(`/invite/${one.code}`));
    const code = await browser.get(`/desk/invites/${one.code}/qr.svg`);
    match(code.headers.get("content-type") ?? "", /^image\/svg/);
    match(code.text, /<svg/);
    await browser.submit(page, "/desk/run/invite/remove", {});
    equal(site.store.inviteCodes.list(Date.now()).length, 0);
    const visitor = site.browser();
    ok((await visitor.get(`/desk/invites/${one.code}/qr.svg`)).status !== 200);
  }));

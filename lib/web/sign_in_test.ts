import { equal, match, notEqual, ok } from "node:assert/strict";
import { encodeText } from "../protocol/windows1252.ts";
import { localPath } from "./sign_in.ts";
import { PASSWORD, withSite } from "../../tests/support/web/site.ts";

Deno.test("POST /sign-in opens a session in a cookie that scripts cannot read", () =>
  withSite(async (site) => {
    await site.addUser("Zo\u00eb");
    const browser = site.browser();
    const form = await browser.get("/sign-in");
    const answer = await browser.submit(form, "/sign-in", {
      nickname: "zO\u00cb",
      password: PASSWORD,
    });
    equal(answer.status, 303);
    equal(answer.location, "/member");
    match(
      answer.headers.get("set-cookie") ?? "",
      /^retropal_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    match((await browser.get("/member")).text, /<h1>Zo\u00eb<\/h1>/);
  }));

Deno.test("POST /sign-in marks the cookie Secure behind a proxy with TLS", () =>
  withSite(async (site) => {
    await site.addUser("Ann");
    const browser = site.browser();
    const proxied = {
      "x-forwarded-for": "203.0.113.9",
      "x-forwarded-proto": "https",
    };
    const form = await browser.get("/sign-in", proxied);
    const token = /name="form_token" value="([^"]+)"/.exec(form.text)![1]!;
    const answer = await browser.post("/sign-in", {
      form_token: token,
      nickname: "Ann",
      password: PASSWORD,
    }, proxied);
    match(answer.headers.get("set-cookie") ?? "", /; Secure$/);
    // Only on request: a browser that receives it refuses http from then on.
    equal(answer.headers.get("strict-transport-security"), null);
    site.configure({ "web.hsts_seconds": 3600 });
    const page = await browser.get("/", proxied);
    equal(page.headers.get("strict-transport-security"), "max-age=3600");
    const plain = await browser.get("/");
    equal(plain.headers.get("strict-transport-security"), null);
  }, { "web.trusted_proxies": ["127.0.0.1"] }));

Deno.test("POST /sign-in answers the same for a wrong name and a wrong password", () =>
  withSite(async (site) => {
    await site.addUser("Ann");
    const said = new Set<string>();
    for (const nickname of ["Ann", "Nobody", "Paltalk", ""]) {
      const browser = site.browser();
      const answer = await browser.submit(
        await browser.get("/sign-in"),
        "/sign-in",
        { nickname, password: "wrong12" },
      );
      equal(answer.status, 422);
      equal(answer.headers.get("set-cookie"), null);
      said.add(/role="alert">\s*<p>([^<]+)/.exec(answer.text)?.[1] ?? "");
    }
    equal(said.size, 1);
  }));

Deno.test("POST /sign-in slows down guessing, and logs the address", () =>
  withSite(async (site) => {
    await site.addUser("Ann");
    const browser = site.browser();
    const form = await browser.get("/sign-in");
    const attempt = (password: string) =>
      browser.submit(form, "/sign-in", { nickname: "Ann", password });
    for (let i = 0; i < 3; i++) equal((await attempt("wrong12")).status, 422);
    // The right password succeeds after waiting in the queue.
    const began = performance.now();
    equal((await attempt("wrong12")).status, 422);
    equal((await attempt(PASSWORD)).status, 303);
    ok(performance.now() - began > 500);
    equal(
      site.logged.filter((line) =>
        line.includes("sign-on refused") && line.includes("127.0.0.1")
      ).length,
      4,
    );
  }, { "limits.signon_attempts_per_account": 3 }));

Deno.test("POST /sign-in checks few of a thousand parallel guesses", () =>
  withSite(async (site) => {
    await site.addUser("Ann");
    const browser = site.browser();
    const form = await browser.get("/sign-in");
    const statuses = await Promise.all(
      Array.from(
        { length: 100 },
        async (_, i) =>
          (await browser.submit(form, "/sign-in", {
            nickname: "Ann",
            password: `guess${i}`,
          })).status,
      ),
    );
    const checked = statuses.filter((status) => status === 422).length;
    ok(checked <= 12, `${checked} were checked`);
    equal(statuses.filter((status) => status === 429).length, 100 - checked);
  }, {
    "limits.signon_attempts_per_account": 3,
    "access.uncounted": [],
  }));

Deno.test("POST /sign-in refuses the banned, and ends their open sessions", () =>
  withSite(async (site) => {
    const ann = await site.addUser("Ann");
    const browser = site.browser();
    await browser.signIn("Ann");
    equal((await browser.get("/member")).status, 200);
    const ban = { reason: "", by: "Boss", at: 0, until: null };
    site.store.bans.add({ ...ban, kind: "account", target: String(ann.uid) });
    equal((await browser.get("/member")).status, 303);
    match((await site.browser().signIn("Ann")).text, /You are banned/);
    await site.addUser("Bob");
    site.store.bans.add({ ...ban, kind: "network", target: "127.0.0.0/8" });
    match((await site.browser().signIn("Bob")).text, /address is banned/);
  }));

Deno.test("POST /sign-in creates a new session, whatever cookie the visitor sends", () =>
  withSite(async (site) => {
    await site.addUser("Ann");
    await site.addUser("Bob");
    const browser = site.browser();
    browser.cookie = `retropal_session=${"A".repeat(43)}`;
    await browser.signIn("Ann");
    const first = browser.cookie;
    notEqual(first, `retropal_session=${"A".repeat(43)}`);
    await browser.signIn("Bob");
    const second = browser.cookie;
    notEqual(second, first);
    browser.cookie = first;
    equal(
      (await browser.get("/member")).status,
      303,
      "the first one has ended",
    );
    browser.cookie = second;
    const out = await browser.submit(
      await browser.get("/member"),
      "/sign-out",
    );
    match(out.headers.get("set-cookie") ?? "", /Max-Age=0/);
    browser.cookie = second;
    equal((await browser.get("/member")).status, 303);
  }));

Deno.test("a session ends by itself when it is idle, or the password changes", () =>
  withSite(async (site) => {
    const ann = await site.addUser("Ann");
    const browser = site.browser();
    await browser.signIn("Ann");
    site.store.accounts.setPassword(
      ann.uid,
      await site.passwords.hash(encodeText("other123")),
    );
    equal((await browser.get("/member")).status, 303);
    await browser.signIn("Ann", "other123");
    equal((await browser.get("/member")).status, 200);
    site.pass(25 * 3_600_000);
    equal((await browser.get("/member")).status, 303);
  }));

Deno.test("POST /sign-in leads only to places of this site", () =>
  withSite(async (site) => {
    await site.addUser("Ann");
    for (
      const to of [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/x\r\nSet-Cookie: a=b",
      ]
    ) {
      const browser = site.browser();
      const form = await browser.get(`/sign-in?to=${encodeURIComponent(to)}`);
      const answer = await browser.submit(form, "/sign-in", {
        nickname: "Ann",
        password: PASSWORD,
        to,
      });
      equal(answer.location, "/member", to);
    }
    equal(localPath("/desk/users?search=a%20b"), "/desk/users?search=a%20b");
  }));

Deno.test("GET of a page for members leads to the sign-in and back", () =>
  withSite(async (site) => {
    await site.addUser("Ann");
    const browser = site.browser();
    const sent = await browser.get("/member");
    equal(sent.location, "/sign-in?to=%2Fmember");
    const form = await browser.get(sent.location!);
    match(form.text, /name="to" value="\/member"/);
  }));

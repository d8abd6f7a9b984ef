/** Attacks with malformed requests, each of which is refused (SECURITY.md). */
import { equal, match, ok } from "node:assert/strict";
import { rawRequest, withSite } from "../../tests/support/web/site.ts";

Deno.test("attack: paths that climb, and files of the machine", () =>
  withSite(async (site) => {
    for (
      const path of [
        "/../../etc/passwd",
        "/assets/../../../etc/passwd",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%2f..%2fetc%2fpasswd",
        "/assets/x/style.css",
        "/assets//style.css",
        "/assets/x/%00",
        "//etc/passwd",
        "/.git/config",
        "/retropal.db",
        "/retropal.toml",
        "/desk/commands/../../member",
        "/perl/..%2fdesk/Banner.pl",
      ]
    ) {
      const answer = await rawRequest(
        site.server.addr,
        `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
      match(answer, /^HTTP\/1\.1 (404|303|400) /, path);
      ok(!/root:|\[core\]|SQLite/.test(answer), path);
    }
  }));

Deno.test("attack: newlines that would add headers or lines of the log", () =>
  withSite(async (site) => {
    await site.addUser("Ann");
    const query = encodeURIComponent("/x\r\nSet-Cookie: evil=1");
    for (
      const path of [
        `/sign-in?to=${query}`,
        `/desk?x=${query}`,
        `/${query}`,
        `/desk/${query}`,
      ]
    ) {
      const { headers } = await site.browser().get(path);
      equal(headers.get("set-cookie"), null, path);
    }
    const browser = site.browser();
    await browser.submit(await browser.get("/sign-in"), "/sign-in", {
      nickname: "x\r\nwarn: forged",
      password: "wrong12",
    });
    ok(site.logged.every((line) => !line.includes("\nwarn: forged")));
  }));

Deno.test("attack: a Host header that moves the path or makes links", () =>
  withSite(async (site) => {
    for (
      const host of [
        "evil.example/desk?",
        "evil.example#",
        "a b",
        "<script>",
        "x@y",
        "evil.example:80/metrics",
        "[::1",
      ]
    ) {
      match(
        await rawRequest(
          site.server.addr,
          `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
        ),
        /^HTTP\/1\.1 400 /,
        host,
      );
    }
    for (const path of ["/", "/member", "/sign-in", "/nothing"]) {
      const answer = await rawRequest(
        site.server.addr,
        `GET ${path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`,
      );
      ok(!answer.includes("evil.example"), path);
    }
  }));

Deno.test("attack: bodies and queries of any size", () =>
  withSite(async (site) => {
    const token = /name="form_token" value="([^"]+)"/.exec(
      (await site.browser().get("/sign-in")).text,
    )![1]!;
    const post = async (fields: Record<string, string>) =>
      (await site.browser().post("/sign-in", { form_token: token, ...fields }))
        .status;
    equal(await post({ nickname: "x".repeat(100_000) }), 413);
    equal(
      await post(Object.fromEntries(
        Array.from({ length: 300 }, (_, i) => [`f${i}`, ""]),
      )),
      413,
    );
    equal(await post({ nickname: "Ann", password: "x".repeat(60_000) }), 422);
    ok((await site.browser().get(`/?${"x".repeat(8000)}`)).status < 500);
  }));

Deno.test("attack: more requests and streams than one address may have", () =>
  withSite(async (site) => {
    const statuses = new Set<number>();
    for (let i = 0; i < 20; i++) {
      const all = await Promise.all(
        Array.from(
          { length: 100 },
          () =>
            fetch(`${site.base}/robots.txt`).then(async (one) => {
              await one.body?.cancel();
              return one.status;
            }),
        ),
      );
      for (const status of all) statuses.add(status);
    }
    ok(statuses.has(429), "it is told to wait");
    site.pass(60_000);
    equal((await site.browser().get("/")).status, 200, "and served again");
  }));

Deno.test("attack: methods nobody needs", () =>
  withSite(async (site) => {
    for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS"]) {
      const response = await fetch(site.base, { method });
      await response.body?.cancel();
      equal(response.status, 405, method);
    }
    match(
      await rawRequest(
        site.server.addr,
        "TRACE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
      ),
      /^HTTP\/1\.1 40[05] /,
    );
  }));

Deno.test("attack: strangers on a private server's pages", () =>
  withSite(async (site) => {
    equal((await site.browser().get("/")).status, 403);
    equal((await site.browser().get("/location2.txt")).status, 403);
  }, { "access.only_from": ["192.0.2.0/24"] }));

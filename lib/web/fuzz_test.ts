/**
 * Random bytes and requests: each must cause an answer or a closed connection,
 * never an internal error, and the pages must keep working.
 */
import { equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import { formText, parseForm, percentBytes } from "./form_data.ts";
import { readHead } from "../net/http/request_head.ts";
import { requestedHost } from "./own_address.ts";
import { Problem } from "./problem.ts";
import { hostKey } from "../net/addresses.ts";
import { localPath } from "./sign_in.ts";
import { freePort } from "../../tests/support/web/free_port.ts";
import {
  rawRequest,
  type TestSite,
  withSite,
} from "../../tests/support/web/site.ts";
import { sessionId } from "./web_sessions.ts";

/** Raise it for a long manual run. */
const RUNS = Number(Deno.env.get("RETROPAL_FUZZ_RUNS") ?? "300");

/** Valid and invalid parts of requests. */
const PIECES = [
  "GET ",
  "POST ",
  "HEAD ",
  "/",
  "/webreg.html",
  "/register",
  "/desk",
  "/desk/run/user/ban",
  "/live",
  "/assets/",
  "/perl/xBanner.pl",
  "/profile/JspGetPalInfo.jsp?nick=",
  "http://www.paltalk.com",
  "?",
  "&",
  "=",
  "%",
  "%00",
  "%0d%0a",
  "%u0041",
  "..",
  " HTTP/1.1",
  " HTTP/1.0",
  "\r\n",
  "\n",
  "\r\n\r\n",
  "Host: x",
  "Cookie: retropal_session=",
  "Content-Length: ",
  "Content-Length: 5",
  "Transfer-Encoding: chunked",
  "Content-Type: application/x-www-form-urlencoded",
  "X-Forwarded-For: ",
  "Expect: 100-continue",
  "Upgrade: websocket",
  "Connection: close",
  "0\r\n\r\n",
  "-1",
  "\x00",
  "\xff\xfe",
  "\u00e9",
  "form_token=",
  "nickname=a&password=b",
  "A".repeat(5000),
] as const;

const HEADERS = [
  "Host: x",
  "Host: [::1]:80",
  "Host: x/desk?",
  "Cookie: retropal_session=" + "A".repeat(43),
  "Cookie: a=b; retropal_session=; ;=",
  "Content-Length: 5",
  "Content-Length: 5, 6",
  "Transfer-Encoding: chunked",
  "Content-Type: application/x-www-form-urlencoded",
  "Content-Type: \xff",
  "X-Forwarded-For: 1.2.3.4, ::ffff:1.2.3.4, x",
  "X-Forwarded-Proto: https",
  "Origin: \x01",
  "Sec-Fetch-Site: none",
  "Expect: 100-continue",
  "Upgrade: websocket",
  "Range: bytes=0-",
  "If-None-Match: *",
  "A: " + "B".repeat(9000),
  "no colon",
] as const;

/** Well-formed requests with unusual parts. */
const wellFormed = fc.tuple(
  fc.constantFrom("GET", "HEAD", "POST", "GET", "PUT", "CONNECT"),
  fc.array(fc.constantFrom(...PIECES.slice(3, 21)), { maxLength: 6 }),
  fc.constantFrom("HTTP/1.1", "HTTP/1.0", "HTTP/1.1", "HTTP/2.0"),
  fc.array(fc.constantFrom(...HEADERS), { maxLength: 5 }),
).map(([method, path, version, headers]) =>
  [`${method} /${path.join("")} ${version}`, ...headers].join("\r\n")
);

const pieces = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...PIECES) },
    { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
  ),
  { maxLength: 20 },
).map((list) => list.join(""));

const request = fc.oneof(wellFormed, pieces);

/** Ends every request, so that its answer ends too. */
const END = "\r\nConnection: close\r\n\r\n";

async function healthy(site: TestSite): Promise<void> {
  equal((await site.browser().get("/healthz")).text, "ok\n");
  equal(site.logged.filter((line) => line.startsWith("error")).join(), "");
}

Deno.test("fuzz: the pages' port answers or closes, whatever comes", () =>
  withSite(async (site) => {
    const { addr } = site.server;
    await fc.assert(
      fc.asyncProperty(request, async (text) => {
        // An event stream would never end.
        if (text.includes("/live")) return;
        const answer = await rawRequest(addr, text + END);
        if (answer !== "") match(answer, /^HTTP\/1\.[01] [1-5]\d\d /);
        ok(!/^HTTP\/1\.[01] 5/.test(answer), answer.slice(0, 200));
        site.pass(1000);
      }),
      { numRuns: RUNS },
    );
    await healthy(site);
  }, { "auth.registration": "open" }));

Deno.test("fuzz: the old client's port answers or closes, whatever comes", () =>
  withSite(
    async (site) => {
      const addr = site.server.legacyAddr!;
      await fc.assert(
        fc.asyncProperty(request, async (text) => {
          const answer = await rawRequest(addr, text + END);
          if (answer !== "") match(answer, /^HTTP\/1\.[01] [1-4]\d\d /);
          site.pass(1000);
        }),
        { numRuns: RUNS },
      );
      await healthy(site);
    },
    { "auth.registration": "open" },
    { legacyPort: freePort() },
  ));

Deno.test("fuzz: forms and queries of any kind are answered without an error", () =>
  withSite(async (site) => {
    await site.addUser("Boss", { role: "superadmin" });
    const staff = site.browser();
    await staff.signIn("Boss");
    const token = /name="form_token"\s+value="([^"]+)"/.exec(
      (await staff.get("/desk/announce")).text,
    )![1]!;
    const paths = [
      "/desk/run/ban/add",
      "/desk/run/user/set",
      "/desk/run/user/add",
      "/desk/run/user/import",
      "/desk/run/room/add",
      "/desk/run/room/set",
      "/desk/run/category/add",
      "/desk/run/invite/add",
      "/desk/run/audit",
      "/member/profile",
      "/register",
    ];
    const names = [
      "nick",
      "name",
      "target",
      "for",
      "room",
      "category",
      "code",
      "role",
      "email",
      "file",
      "since",
      "limit",
      "type",
      "secret",
      "back",
      "was.name",
      "first",
      "nickname",
    ];
    const value = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.constantFrom(
        "Boss",
        "50001",
        "-1",
        "1e9",
        "[]",
        "{}",
        "nickname,password\n,,\n",
        "//evil",
        "30m",
        "__proto__",
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.dictionary(
          fc.oneof(fc.constantFrom(...names), fc.string({ maxLength: 10 })),
          value,
          { maxKeys: 8 },
        ),
        async (path, fields) => {
          const answer = await staff.post(path, {
            ...fields,
            form_token: token,
          });
          ok(answer.status < 500, `${path}: ${answer.text.slice(0, 200)}`);
          ok(!answer.location || /^\/(?!\/)/.test(answer.location));
          site.pass(1000);
        },
      ),
      { numRuns: RUNS },
    );
    await healthy(site);
  }, { "auth.registration": "open" }));

Deno.test("fuzz: readers of text throw nothing but what they say", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), request);
  fc.assert(fc.property(text, (any) => {
    readHead(any);
    percentBytes(any);
    formText(any, "windows-1252");
    requestedHost(any);
    hostKey(any);
    const path = localPath(any);
    ok(path === null || /^\/(?![/\\])/.test(path));
    sessionId(new Headers({ cookie: encodeURIComponent(any) }));
    try {
      parseForm(new TextEncoder().encode(any), "utf-8");
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  }));
});

Deno.test("parseForm() reads back what a browser wrote", () => {
  fc.assert(fc.property(
    fc.dictionary(
      fc.string({ minLength: 1, unit: "grapheme" }),
      fc.string({ unit: "grapheme" }),
      { maxKeys: 20 },
    ),
    (fields) => {
      const form = parseForm(
        new TextEncoder().encode(
          new URLSearchParams(Object.entries(fields)).toString(),
        ),
        "utf-8",
      );
      for (const [name, value] of Object.entries(fields)) {
        equal(form.raw(name), value);
      }
    },
  ));
});

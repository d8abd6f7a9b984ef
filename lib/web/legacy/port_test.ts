import { equal, match, ok } from "node:assert/strict";
import { encodeText } from "../../protocol/windows1252.ts";
import {
  rawRequest,
  type TestSite,
  withSite,
} from "../../../tests/support/web/site.ts";
import { freePort } from "../../../tests/support/web/free_port.ts";

const withEdge = (
  work: (site: TestSite, addr: Deno.NetAddr) => Promise<void>,
  changes = {},
) =>
  withSite(
    (site) => work(site, site.server.legacyAddr!),
    changes,
    { legacyPort: freePort() },
  );

const LOCATION = "LOCATION:127.0.0.1:5001";

Deno.test("the old client's port answers every way in which a client of 2002 may ask", () =>
  withEdge(async (_site, addr) => {
    for (
      const request of [
        "GET /location2.txt HTTP/1.0\n\n",
        "GET /location2.txt HTTP/1.0\r\n\r\n",
        "GET http://www.paltalk.com/location2.txt HTTP/1.0\n\n",
        "GET http://www.paltalk.com/location2.txt HTTP/1.0\r\nUser-Agent: x\r\n\r\n",
        "GET /location2.txt HTTP/1.1\r\nHost: www.paltalk.com\r\nConnection: close\r\n\r\n",
        "GET /location2.txt HTTP/1.0\r\nAccept: */*\n\n",
        "GET /location2.txt\n",
        "GET /~picard/locatwon.txt HTTP/1.0\n\n",
        "GET http://www.users.cloud9.net/~picard/locatwon.txt HTTP/1.0\n\n",
        "GET /%7Epicard/locatwon.txt HTTP/1.0\n\n",
        "GET /locatwon.txt HTTP/1.1\r\nHost: www.users.cloud9.net\r\nConnection: close\r\n\r\n",
      ]
    ) {
      const answer = await rawRequest(addr, request);
      match(answer, /^HTTP\/1\.[01] 200 OK\r\n/, request);
      match(answer, /\r\nContent-Length: 23\r\n/);
      equal(answer.split("\r\n\r\n")[1], LOCATION, request);
    }
  }));

Deno.test("the old client's port answers HEAD without a body", () =>
  withEdge(async (_site, addr) => {
    const answer = await rawRequest(addr, "HEAD /location2.txt HTTP/1.0\n\n");
    match(answer, /Content-Length: 23\r\n/);
    ok(answer.endsWith("\r\n\r\n"));
  }));

Deno.test("the old client's port finds a nickname in raw Windows-1252 with blanks", () =>
  withEdge(async (site, addr) => {
    await site.addUser("Zo\u00eb Ann");
    const answer = await rawRequest(
      addr,
      encodeText(
        "GET /profile/JspGetPalInfo.jsp?cb_action=palinfo&nick=Zo\u00eb Ann HTTP/1.0\r\n\r\n",
      ),
    );
    match(answer, /^HTTP\/1\.0 200 OK/);
    match(answer, /<h1>Zo\u00eb Ann<\/h1>/);
  }));

Deno.test("the old client's port answers only the old client's addresses", () =>
  withEdge(async (_site, addr) => {
    for (
      const path of [
        "/desk",
        "/metrics",
        "/../etc/passwd",
        "/desk/x.htmlx",
      ]
    ) {
      match(
        await rawRequest(addr, `GET ${path} HTTP/1.0\n\n`),
        /^HTTP\/1\.0 404 Not Found\r\n/,
        path,
      );
    }
  }));

Deno.test("the old client's port has a separate front page", () =>
  withEdge(async (_site, addr) => {
    const answer = await rawRequest(addr, "GET / HTTP/1.0\n\n");
    match(answer, /^HTTP\/1\.0 200 OK/);
    match(answer, /private server/);
  }));

Deno.test("the old client's port refuses malformed requests", () =>
  withEdge(async (_site, addr) => {
    for (
      const request of [
        "\n",
        "GET location2.txt HTTP/1.0\n\n",
        "\x00\x01\x02\n",
        "GET /location2.txt HTTP/1.0\nno colon here\n\n",
        "POST /webreg.html HTTP/1.0\nContent-Length: -1\n\n",
        "POST /webreg.html HTTP/1.0\nContent-Length: 99999999\n\n",
        "G".repeat(20_000),
      ]
    ) {
      match(await rawRequest(addr, request), /^HTTP\/1\.0 4(00|13) |^$/);
    }
  }));

Deno.test("the old client's port accepts a registration from a browser of 2002", () =>
  withEdge(async (site, addr) => {
    const page = await rawRequest(addr, "GET /webreg.html HTTP/1.0\r\n\r\n");
    match(page, /charset=windows-1252/);
    const token = /name="form_token" value="([^"]+)"/.exec(page)?.[1] ?? "";
    const form = `form_token=${token}&nickname=Zo%EB&password=secret11` +
      "&repeat=secret11&first=Zo%EB+Anna&last=&email=";
    const answer = await rawRequest(
      addr,
      "POST /webreg.html HTTP/1.0\r\n" +
        "Content-Type: application/x-www-form-urlencoded\r\n" +
        `Content-Length: ${form.length}\r\n\r\n${form}`,
    );
    match(answer, /Your nickname is <b>Zo\u00eb<\/b>/);
    const account = site.store.accounts.byNickname("Zo\u00eb");
    equal(account?.first, "Zo\u00eb Anna");
    ok(
      await site.passwords.verify(
        account?.passwordHash ?? "",
        encodeText("secret11"),
      ),
    );
  }, { "auth.registration": "open" }));

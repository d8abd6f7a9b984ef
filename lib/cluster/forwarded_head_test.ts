import assert from "node:assert/strict";
import { forwarded } from "./forwarded_head.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const pass = (text: string, isProxy = false, isSecure = false) =>
  forwarded(bytes(text), { address: "203.0.113.9", isProxy, isSecure });
const textOf = (head: ReturnType<typeof forwarded>) => {
  assert.ok(head !== undefined && head !== "incomplete");
  return new TextDecoder().decode(head.bytes);
};

Deno.test("forwarded() says the visitor's address, whatever the visitor says", () => {
  const head = pass(
    "GET /connect?a=1 HTTP/1.1\r\nHost: chat.example.org\r\n" +
      "X-Forwarded-For: 127.0.0.1\r\nX-Real-IP: 127.0.0.1\r\n" +
      "Connection: keep-alive, Host\r\nCookie: a=b\r\n\r\nrest",
  );
  assert.equal(
    textOf(head),
    "GET /connect?a=1 HTTP/1.1\r\nHost: chat.example.org\r\nCookie: a=b\r\n" +
      "x-forwarded-for: 203.0.113.9\r\nconnection: close\r\n\r\nrest",
  );
  assert.ok(typeof head === "object");
  assert.equal(head.path, "/connect");
  assert.equal(head.host, "chat.example.org");
});

Deno.test("forwarded() believes a proxy of the host, and appends to what it says", () => {
  const text = textOf(pass(
    "GET / HTTP/1.1\r\nX-Forwarded-For: 198.51.100.1\r\n" +
      "X-Forwarded-Proto: https\r\n\r\n",
    true,
  ));
  assert.match(text, /x-forwarded-for: 198\.51\.100\.1, 203\.0\.113\.9\r\n/);
  assert.match(text, /x-forwarded-proto: https\r\n/);
});

Deno.test("forwarded() says whether the gateway ended HTTPS, whatever the visitor says", () => {
  const asked = "POST /member?a=1 HTTP/1.1\r\nX-Forwarded-Proto: https\r\n\r\n";
  const plain = pass(asked);
  assert.doesNotMatch(textOf(plain), /x-forwarded-proto/i);
  assert.ok(typeof plain === "object");
  assert.equal(plain.isSecure, false);
  assert.equal(plain.method, "POST");
  assert.equal(plain.query, "?a=1");
  const secure = pass("GET / HTTP/1.1\r\n\r\n", false, true);
  assert.match(textOf(secure), /\r\nx-forwarded-proto: https\r\n/);
});

Deno.test("forwarded() lets a WebSocket through", () => {
  const text = textOf(pass(
    "GET /ws/chat HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
  ));
  assert.match(text, /\r\nconnection: Upgrade\r\n/);
});

Deno.test("forwarded() refuses what another program could read differently", () => {
  assert.equal(pass("GET / HTTP/1.1\r\nHost: x\r\n"), "incomplete");
  for (
    const wrong of [
      "GET / HTTP/2.0\r\n\r\n",
      "GET http://elsewhere/ HTTP/1.1\r\n\r\n",
      "GET  / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\n folded: x\r\n\r\n",
      "GET / HTTP/1.1\r\nX-Forwarded-For : 1\r\n\r\n",
      "GET / HTTP/1.1\r\nno colon\r\n\r\n",
      "GET / HTTP/1.1\r\nA: b\nX-Forwarded-For: 1\r\n\r\n",
      "\r\n\r\n",
    ]
  ) assert.equal(pass(wrong), undefined, wrong);
});

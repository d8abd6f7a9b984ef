import { equal, match } from "node:assert/strict";
import { roomInfo } from "../../tests/support/web/fake_live.ts";
import { withSite } from "../../tests/support/web/site.ts";

const LINE =
  /^([a-z_]+)(\{[a-z_]+="(?:[^"\\\n]|\\.)*"(?:,[a-z_]+="(?:[^"\\\n]|\\.)*")*\})? -?(?:\d[\d.e+-]*|\+?Inf|NaN)$/;

Deno.test("GET /metrics is text that Prometheus reads", () =>
  withSite(async (site) => {
    site.live.roomList = [roomInfo(), roomInfo({ gid: 2 })];
    const { text, headers } = await site.browser().get("/metrics");
    match(headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
    const lines = text.trimEnd().split("\n");
    for (const line of lines) {
      if (!line.startsWith("#")) match(line, LINE);
    }
    match(text, /^retropal_rooms 2$/m);
    match(text, /^retropal_packets_in_total 0$/m);
    match(text, /^retropal_slow_clients_closed_total 0$/m);
    match(text, /^retropal_info\{version="0\.0\.0"\} 1$/m);
    match(text, /^retropal_limit\{key="limits\.room_members"\} 1000$/m);
  }));

Deno.test("GET /healthz is ok, and 503 when the event loop is blocked", () =>
  withSite(async (site) => {
    equal((await site.browser().get("/healthz")).text, "ok\n");
    site.live.statusMore = { loopLagMs: { p50: 5000, p99: 9000 } };
    equal((await site.browser().get("/healthz")).status, 503);
  }));

Deno.test("GET /metrics and /healthz are for the host's networks only", () =>
  withSite(async (site) => {
    for (const path of ["/metrics", "/healthz", "/api/v1/history"]) {
      equal((await site.browser().get(path)).status, 403, path);
    }
  }, { "web.staff_networks": ["192.0.2.0/24"] }));

Deno.test("GET /metrics checks the real client behind a proxy", () =>
  withSite(async (site) => {
    const from = async (forwarded: string) =>
      (await site.browser().get("/metrics", { "x-forwarded-for": forwarded }))
        .status;
    equal(await from("203.0.113.9"), 403);
    equal(await from("192.168.1.7"), 200);
    // Addresses that the client wrote precede the one that the proxy adds.
    equal(await from("192.168.1.7, 203.0.113.9"), 403);
  }, { "web.trusted_proxies": ["127.0.0.1"] }));

Deno.test("GET /metrics is shut behind a proxy that the host has not named", () =>
  withSite(async (site) => {
    for (const name of ["x-forwarded-for", "via", "forwarded"]) {
      const { status } = await site.browser().get("/metrics", {
        [name]: "192.168.1.7",
      });
      equal(status, 403, name);
    }
  }));

import { equal, match, ok } from "node:assert/strict";
import {
  members,
  roomInfo,
  sessionInfo,
} from "../../tests/support/web/fake_live.ts";
import { withSite } from "../../tests/support/web/site.ts";

Deno.test("GET / shows the host's name, welcome and the rooms by category", () =>
  withSite(async (site) => {
    site.live.roomList = [
      roomInfo({ members: members("Ann", "Bob"), talker: 1000002 }),
      roomInfo({ gid: 50002, name: "Quiet", type: 0, locked: true }),
    ];
    site.live.sessionList = [sessionInfo()];
    const { text, status } = await site.browser().get("/");
    equal(status, 200);
    match(text, /<h1>Grandma&#39;s Kitchen<\/h1>/);
    match(text, /Be kind\./);
    match(text, /id="room-50001" class="room"\s+data-speaking/);
    match(text, /somebody is speaking/);
    match(text, /aria-label="locked"/);
    match(text, /<b class="unseen">1<\/b> person online/);
    ok(!text.includes("Ann"), "names are not shown");
  }, { "server.name": "Grandma's Kitchen", "server.welcome": "Be kind." }));

Deno.test("GET / shows names only when the host allows it", () =>
  withSite(async (site) => {
    site.live.sessionList = [sessionInfo({ nickname: "<b>Eve" })];
    const { text } = await site.browser().get("/");
    match(text, /<li>&lt;b&gt;Eve<\/li>/);
  }, { "web.show_names": true }));

Deno.test("GET / keeps private rooms and invisible people to itself", () =>
  withSite(async (site) => {
    const [ann] = members("Ann");
    site.live.roomList = [
      roomInfo({ gid: 50003, name: "Secret", type: 1 }),
      roomInfo({ members: [{ ...ann!, invisible: true }] }),
    ];
    const { text } = await site.browser().get("/");
    ok(!text.includes("Secret"));
    match(text, /class="people none">0/);
  }));

Deno.test("GET /live sends everything first and then what changes", () =>
  withSite(async (site) => {
    site.live.roomList = [roomInfo(), roomInfo({ gid: 50002, name: "Other" })];
    const response = await fetch(site.base + "/live");
    equal(
      response.headers.get("content-type"),
      "text/event-stream; charset=utf-8",
    );
    const reader = response.body!.pipeThrough(new TextDecoderStream())
      .getReader();
    const first = (await reader.read()).value ?? "";
    match(first, /^retry: 3000\n\nevent: fragments\ndata: \[\["counters"/);
    match(first, /The Royal Oak/);
    site.live.roomList = [
      roomInfo({ members: members("Ann") }),
      roomInfo({ gid: 50002, name: "Other" }),
    ];
    const next = (await reader.read()).value ?? "";
    match(next, /\["room-50001","<li/);
    ok(!next.includes("room-50002"), "what did not change is not sent");
    await reader.cancel();
  }));

Deno.test("GET /live ends when the server shuts down", () =>
  withSite(async (site) => {
    const response = await fetch(site.base + "/live");
    const body = response.text();
    await site.server.shutdown();
    match(await body, /event: fragments/);
  }));

Deno.test("every answer carries the headers that keep strangers out", () =>
  withSite(async (site) => {
    for (const path of ["/", "/nothing", "/location2.txt", "/live"]) {
      const response = await fetch(site.base + path);
      await response.body?.cancel();
      const policy = response.headers.get("content-security-policy") ?? "";
      match(policy, /default-src 'none'/);
      ok(!policy.includes("unsafe"));
      equal(response.headers.get("x-content-type-options"), "nosniff");
      equal(response.headers.get("x-frame-options"), "DENY");
    }
  }));

Deno.test("pages have neither inline scripts nor inline styles nor other sites", () =>
  withSite(async (site) => {
    for (const path of ["/", "/connect", "/register", "/sign-in"]) {
      const { text } = await site.browser().get(path);
      ok(!/<script(?![^>]*\ssrc=)/.test(text), path);
      ok(!/\sstyle=|\son\w+=|javascript:/.test(text), path);
      // The page may contain this machine's own network address.
      const own = /href="http:\/\/[\d.]+(:\d+)?\/connect"/g;
      ok(
        !/(src|href|action)="(https?:)?\/\//.test(text.replaceAll(own, "")),
        path,
      );
    }
  }, { "auth.registration": "open" }));

Deno.test("GET /live asks the chat side once a second, however many look", () =>
  withSite(async (site) => {
    let asked = 0;
    const rooms = site.live.rooms.bind(site.live);
    site.live.rooms = () => {
      asked++;
      return rooms();
    };
    const began = performance.now();
    const readers = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const response = await fetch(site.base + "/live");
        return response.body!.getReader();
      }),
    );
    await Promise.all(readers.map((reader) => reader.read()));
    site.live.roomList = [roomInfo({ members: members("Ann") })];
    await Promise.all(readers.map((reader) => reader.read()));
    const seconds = (performance.now() - began) / 1000;
    ok(asked <= seconds + 2, `${asked} times in ${seconds} s`);
    await Promise.all(readers.map((reader) => reader.cancel()));
  }));

import { doesNotMatch, equal, match, ok } from "node:assert/strict";
import type { SignOnStep } from "../ops/live.ts";
import { withSite } from "../../tests/support/web/site.ts";

const body = async (base: string, path: string) =>
  await (await fetch(base + path)).text();

Deno.test("GET /location2.txt is exactly the line that the client reads", () =>
  withSite(async (site) => {
    const { port } = site.server.addr;
    equal(
      await body(site.base, "/location2.txt"),
      "LOCATION:127.0.0.1:5001",
    );
    equal(port > 0, true);
  }));

Deno.test("GET /location2.txt names what the host advertises", () =>
  withSite(async (site) => {
    equal(
      await body(site.base, "/location2.txt"),
      "LOCATION:chat.example.org:5001",
    );
    site.configure({ "server.advertise_private": "192.168.1.5" });
    equal(
      await body(site.base, "/location2.txt"),
      "LOCATION:192.168.1.5:5001",
    );
  }, { "server.advertise": "chat.example.org" }));

Deno.test("GET /location2.txt never sends the client to the old names", () =>
  withSite(async (site) => {
    const response = await fetch(site.base + "/location2.txt", {
      headers: { host: "www.paltalk.com" },
    });
    equal(await response.text(), "LOCATION:127.0.0.1:5001");
  }));

Deno.test("GET /connect/retropal.reg is a file that regedit of XP reads", () =>
  withSite(async (site) => {
    const response = await fetch(site.base + "/connect/retropal.reg");
    match(
      response.headers.get("content-disposition") ?? "",
      /attachment; filename="retropal\.reg"/,
    );
    equal(
      await response.text(),
      'REGEDIT4\r\n\r\n[HKEY_CURRENT_USER\\Software\\PalTalk]\r\n"host"="127.0.0.1"\r\n' +
        '"port"=dword:00001389\r\n"ver10_router"=dword:00000001\r\n\r\n',
    );
  }));

Deno.test("GET /connect on the server's machine explains that its files work only there", () =>
  withSite(async (site) => {
    match(await body(site.base, "/connect"), /work on this machine only/);
    site.configure({ "server.advertise": "chat.example.org" });
    doesNotMatch(await body(site.base, "/connect"), /this machine only/);
  }));

Deno.test("GET /connect explains Windows, Wine and the hosts file", () =>
  withSite(async (site) => {
    const text = await body(site.base, "/connect");
    for (
      const word of [
        "retropal.reg",
        "wine regedit",
        "127.0.0.1 www.paltalk.com",
        "C:\\Windows\\System32\\drivers\\etc\\hosts",
      ]
    ) {
      ok(text.includes(word), word);
    }
  }));

Deno.test("GET /connect/check shows how far the visitor's client got", () =>
  withSite(async (site) => {
    const before = await body(site.base, "/connect/check");
    match(before, /Nothing arrived yet/);
    const step = (address: string, step: SignOnStep["step"]): SignOnStep => ({
      at: Date.now(),
      session: 7,
      address,
      localAddress: "127.0.0.1:5001",
      nickname: "Ann",
      step,
    });
    for (const watcher of site.live.watchers) {
      watcher(step("192.0.2.1", "online"));
      watcher(step("127.0.0.1", "connected"));
      watcher(step("127.0.0.1", "hello"));
    }
    const after = await body(site.base, "/connect/check");
    equal(after.match(/class="reached"/g)?.length, 2);
    match(after, /The nickname may be unknown here/);
    ok(!after.includes("Ann"));
  }));

Deno.test("GET /connect/check/live looks once a second for one address, however many look", async () => {
  let asked = 0;
  const clock = () => {
    asked++;
    return Date.now();
  };
  await withSite(
    async (site) => {
      const readers = await Promise.all(
        Array.from({ length: 100 }, async () => {
          const response = await fetch(site.base + "/connect/check/live");
          return response.body!.getReader();
        }),
      );
      await Promise.all(readers.map((reader) => reader.read()));
      asked = 0;
      await new Promise((go) => setTimeout(go, 2500));
      ok(asked <= 20, `${asked} times`);
      await Promise.all(readers.map((reader) => reader.cancel()));
    },
    {},
    { clock },
  );
});

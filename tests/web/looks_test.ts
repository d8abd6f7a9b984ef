/**
 * Every page in a real Chromium: its picture is kept under tests/artifacts,
 * axe-core finds nothing wrong with it, it fits the window, and it asks no
 * other site for anything.
 */
import { deepEqual, ok } from "node:assert/strict";
import { type Look, PAGES } from "../../lib/web/page_table.ts";
import {
  accessibilityFaults,
  screenshot,
  type ViewOptions,
} from "./support/chromium.ts";
import {
  addHistory,
  addStatistics,
  browserTest,
  openPage,
  signIn,
} from "./support/visits.ts";

const PUBLIC: Look[] = [["not-found", "/nothing"]];
const SIGNED_IN: Look[] = [];
for (const { role, looks } of PAGES) {
  (role === "visitor" ? PUBLIC : SIGNED_IN).push(...looks);
}

for (
  const [view, options] of [
    ["desk", {}],
    ["phone", { phone: true }],
    ["dark", { dark: true }],
    ["phone-dark", { phone: true, dark: true }],
  ] as [string, ViewOptions][]
) {
  browserTest(
    `every page is accessible, fits and asks no other site: ${view}`,
    async (server, browser) => {
      await server.addUser("Boss", { role: "superadmin" });
      await server.addUser("Ann", { first: "Ann" });
      server.store.inviteCodes.add({
        code: "ABCD-EFGH-JKLM",
        usesLeft: 3,
        createdBy: "Boss",
        createdAt: Date.now(),
        expiresAt: null,
      });
      server.store.bans.add({
        kind: "network",
        target: "203.0.113.0/24",
        reason:
          "A reason that is rather long, as reasons of hosts are at times.",
        by: "Boss",
        at: Date.now(),
        until: Date.now() + 86_400_000,
      });
      server.store.complaints.add({
        at: Date.now(),
        reporter: 1000002,
        reporterName: "Boss",
        about: 1000003,
        aboutName: "Ann",
        gid: 50001,
        room: "The Royal Oak",
        text: "Shouts at everybody who comes in, and does not stop.",
        lines: [{ at: Date.now(), nickname: "Ann", text: "HELLO!" }],
      });
      addHistory(server);
      addStatistics(server);
      await using ann = await server.signOn("Ann");
      await ann.rooms.join(50001);
      const page = await openPage(browser, server.pages, options);
      const elsewhere: string[] = [];
      const complaints: string[] = [];
      page.on("request", (request) => {
        if (!request.url().startsWith(server.pages)) {
          elsewhere.push(request.url());
        }
      });
      page.on("console", (message) => {
        const text = message.text();
        if (message.type() === "error" && !/404/.test(text)) {
          complaints.push(text);
        }
      });
      const look = async (name: string, path: string) => {
        await page.goto(server.pages + path);
        await screenshot(page, `${name}-${view}`);
        deepEqual(await accessibilityFaults(page), [], path);
        const wider = await page.evaluate(
          "document.documentElement.scrollWidth - innerWidth",
        );
        ok(Number(wider) <= 0, `${path} is ${wider} px wider than the window`);
      };
      for (const [name, path] of PUBLIC) await look(name, path);
      await signIn(page, server, "Boss");
      for (const [name, path] of SIGNED_IN) await look(name, path);
      deepEqual(elsewhere, []);
      deepEqual(complaints, []);
    },
    {
      "auth.registration": "invite",
      "web.show_names": true,
      "server.name": "Grandma's Kitchen",
      "server.welcome": "Pull up a chair. Be kind to each other.",
    },
  );
}

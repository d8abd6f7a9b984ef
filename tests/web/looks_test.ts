/**
 * Every page in a real Chromium: its picture is kept under tests/artifacts,
 * axe-core finds nothing wrong with it, it fits the window, and it asks no
 * other site for anything.
 */
import { deepEqual, ok } from "node:assert/strict";
import {
  accessibilityFaults,
  screenshot,
  type ViewOptions,
} from "./support/chromium.ts";
import { addHistory, browserTest, openPage, signIn } from "./support/visits.ts";

const PUBLIC = [
  ["front", "/"],
  ["connect", "/connect"],
  ["check", "/connect/check"],
  ["register", "/register"],
  ["sign-in", "/sign-in"],
  ["not-found", "/nothing"],
  ["old-sign-up", "/webreg.html"],
  ["old-search", "/palsearch.html?nick=Ann"],
  ["old-pal-info", "/profile/JspGetPalInfo.jsp?nick=Ann"],
  ["old-profile", "/profile/JspGetProfile.jsp"],
  ["old-password", "/palpass.html"],
  ["old-status", "/palsts.html"],
  ["old-groups", "/userGroup.html"],
] as const;
const SIGNED_IN = [
  ["member", "/member"],
  ["desk", "/desk"],
  ["desk-sessions", "/desk/sessions"],
  ["desk-session", "/desk/sessions/1000003"],
  ["desk-rooms", "/desk/rooms"],
  ["desk-room", "/desk/rooms/50001"],
  ["desk-categories", "/desk/categories"],
  ["desk-category", "/desk/categories/30006"],
  ["desk-users", "/desk/users"],
  ["desk-user", "/desk/users/1000003"],
  ["desk-bans", "/desk/bans"],
  ["desk-invites", "/desk/invites"],
  ["desk-announce", "/desk/announce"],
  ["desk-audit", "/desk/audit"],
  ["desk-packets", "/desk/packets"],
  ["desk-packets-live", "/desk/packets?nick=Ann"],
  ["desk-config", "/desk/config"],
  ["desk-backup", "/desk/backup"],
  ["desk-commands", "/desk/commands"],
  ["desk-command", "/desk/commands/user/import"],
] as const;

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
      addHistory(server);
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

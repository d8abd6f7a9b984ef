/**
 * Checks every page in a real Chromium: axe-core finds no fault, the page fits
 * the window, and it requests nothing from other sites. With SCREENSHOTS=1
 * pictures are saved in tests/artifacts.
 */
import { deepEqual, ok } from "node:assert/strict";
import type { Page } from "playwright-core";
import { HOST } from "../../lib/actions/acting.ts";
import { sendConfirmation } from "../../lib/actions/email.ts";
import { makeResetLink } from "../../lib/actions/reset_link.ts";
import { type Look, PAGES } from "../../lib/web/page_table.ts";
import {
  accessibilityFaults,
  DESK,
  PHONE,
  screenshot,
} from "./support/chromium.ts";
import {
  addHistory,
  addStatistics,
  browserTest,
  openPage,
  signIn,
} from "./support/visits.ts";
import type { WholeServer } from "./support/whole_server.ts";

/** Rules of axe-core that a change of colours can break. */
const COLORS = ["color-contrast", "link-in-text-block"];
const PUBLIC: Look[] = [["not-found", "/nothing"]];
const SIGNED_IN: Look[] = [];
for (const { role, looks } of PAGES) {
  (role === "visitor" ? PUBLIC : SIGNED_IN).push(...looks);
}

browserTest(
  "every page is accessible, fits and asks no other site",
  async (server, browser) => {
    await furnish(server);
    await using ann = await server.signOn("Ann");
    await ann.rooms.join(50001);
    const page = await openPage(browser, server.pages);
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
    for (const look of PUBLIC) await lookAt(page, server.pages, look);
    for (const look of byToken(server)) {
      await lookAt(page, server.pages, look);
    }
    await signIn(page, server, "Boss");
    for (const look of SIGNED_IN) await lookAt(page, server.pages, look);
    const { gid } = server.store.rooms.list().find(({ owner }) =>
      owner !== null
    )!;
    await lookAt(page, server.pages, ["own-room", `/member/rooms/${gid}`]);
    await page.goto(`${server.pages}/desk/backup`);
    await page.click("text=Make one now");
    await page.waitForSelector("text=was copied into the backups folder");
    await lookAt(page, server.pages, ["desk-backups", "/desk/backup"]);
    const restore = await page.getAttribute("text=Restore…", "href");
    await lookAt(page, server.pages, ["desk-restore", restore!]);
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

/** Returns the pages that need a token. */
function byToken(server: WholeServer): Look[] {
  const { store, live, setupDoor } = server;
  const mails: string[] = [];
  const acting = {
    store,
    live,
    actor: HOST,
    now: Date.now,
    letters: {
      serverName: "Retropal",
      origin: "",
      send: ({ text }: { readonly text: string }) => mails.push(text) > 0,
      wake: () => {},
    },
  };
  const ann = store.accounts.byNickname("Ann")!;
  const token = makeResetLink(acting, ann);
  sendConfirmation(acting, { ...ann, email: "ann@example.org" });
  const [confirm = ""] = /\/confirm\?token=\S+/.exec(mails.join()) ?? [];
  store.inviteCodes.add({
    code: "LINK-EFGH-JKLM",
    usesLeft: 3,
    createdBy: "Boss",
    createdAt: Date.now(),
    expiresAt: null,
    link: true,
  });
  return [
    ["confirm", confirm],
    ["invite", "/invite/LINK-EFGH-JKLM"],
    ["reset", `/reset?token=${token}`],
    ["reset-over", "/reset?token=gone"],
    ["setup", `/setup?token=${setupDoor.open()}`],
  ];
}

/**
 * Checks a page in a wide window and on a phone, each in light and dark mode.
 */
async function lookAt(
  page: Page,
  origin: string,
  [name, path]: Look,
): Promise<void> {
  await page.goto(origin + path);
  for (const [view, size] of [["desk", DESK], ["phone", PHONE]] as const) {
    await page.setViewportSize(size);
    const wider = await page.evaluate(
      "document.documentElement.scrollWidth - innerWidth",
    );
    ok(Number(wider) <= 0, `${path} is ${wider} px wider than the ${view}`);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const isDark = colorScheme === "dark";
      await screenshot(page, `${name}-${view}${isDark ? "-dark" : ""}`);
      const faults = await accessibilityFaults(page, isDark ? COLORS : []);
      deepEqual(
        faults.map((fault) => `${path}, ${view}, ${colorScheme}: ${fault}`),
        [],
      );
    }
  }
}

/** Creates users, a ban, a complaint and load, so that no page is empty. */
async function furnish(server: WholeServer): Promise<void> {
  const boss = await server.addUser("Boss", { role: "superadmin" });
  server.store.rooms.create({
    name: "The Snug",
    category: 30006,
    type: 3,
    owner: boss.uid,
    createdAt: Date.now(),
  });
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
    reason: "A reason that is rather long, as reasons of hosts are at times.",
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
  for (const failedAt of [null, Date.now()]) {
    server.store.mails.add({
      uid: null,
      recipient: `${"long.name.".repeat(6)}@example.org`,
      subject: "Your e-mail address at Grandma's Kitchen",
      body: "",
      madeAt: Date.now(),
      nextAt: Date.now(),
      tries: 2,
      fault: "smtp.example.org:587: 550 there is no such mailbox here",
      failedAt,
      expiresAt: Date.now() + 86_400_000,
    });
  }
  addHistory(server);
  addStatistics(server);
}

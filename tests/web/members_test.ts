/**
 * Members on their own pages, and applicants, in a real Chromium: with the
 * keyboard, in a wide window and on a phone, and without faults for axe-core.
 */
import { Buffer } from "node:buffer";
import { deepEqual, equal, ok } from "node:assert/strict";
import type { Page } from "playwright-core";
import {
  accessibilityFaults,
  DESK,
  PHONE,
  screenshot,
} from "./support/chromium.ts";
import { browserTest, openPage, signIn } from "./support/visits.ts";

async function lookAt(page: Page, name: string): Promise<void> {
  for (const [view, size] of [["phone", PHONE], ["desk", DESK]] as const) {
    await page.setViewportSize(size);
    const wider = await page.evaluate(
      "document.documentElement.scrollWidth - innerWidth",
    );
    ok(Number(wider) <= 0, `${name} is ${wider} px wider than the ${view}`);
    await screenshot(page, `${name}-${view}`);
    deepEqual(await accessibilityFaults(page), [], `${name} ${view}`);
  }
}

browserTest(
  "members add a pal by keyboard, and change their own room",
  async (server, browser) => {
    const ann = await server.addUser("Ann");
    const bob = await server.addUser("Bob");
    const long = await server.addUser("W".repeat(40) + " " + "m".repeat(40));
    server.store.relations.addPal(ann.uid, long.uid, 0);
    server.store.rooms.update(50001, { owner: ann.uid });
    server.live.roomChanged(50001);
    const page = await openPage(browser, server.pages);
    await signIn(page, server, "Ann");
    await page.goto(`${server.pages}/member/pals`);
    await page.focus("#add-nick");
    await page.keyboard.type("Nobody");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#add-nick-fault:text('no user')");
    equal(await page.inputValue("#add-nick"), "Nobody");
    await lookAt(page, "member-pals-fault");
    await page.fill("#add-nick", "Bob");
    await page.keyboard.press("Enter");
    await page.waitForSelector("td:text-is('Bob')");
    ok(server.store.relations.pals(ann.uid).some(({ uid }) => uid === bob.uid));
    await page.fill("#block-nick", "Bob");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForSelector("[aria-label='Unblock Bob']");
    await lookAt(page, "member-pals-full");

    await page.goto(`${server.pages}/member/rooms`);
    await page.click("main table a");
    await page.fill("#banner", "Quiz tonight");
    await page.fill("#adminCode", "12");
    await page.click("button:text-is('Save')");
    await page.waitForSelector("#adminCode-fault");
    equal(await page.inputValue("#banner"), "Quiz tonight");
    await page.fill("#adminCode", "1234");
    await page.click("button:text-is('Save')");
    await page.waitForSelector(".notice.done");
    await page.fill("#ban-nick", "Bob");
    await page.keyboard.press("Enter");
    await page.waitForSelector("[aria-label='Let in again Bob']");
    await lookAt(page, "member-room");
    equal(server.store.rooms.get(50001)?.banner, "Quiz tonight");
  },
);

browserTest(
  "somebody applies, and staff approve them",
  async (server, browser) => {
    await server.addUser("Boss", { role: "superadmin" });
    const page = await openPage(browser, `${server.pages}/register`);
    await lookAt(page, "register-approval");
    await page.fill("#nickname", "Eve");
    await page.fill("#message", "Bob's aunt, from the choir");
    await page.fill("#password", "secret11");
    await page.fill("#repeat", "secret11");
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=Your account waits for approval");
    await lookAt(page, "register-waits");
    await page.goto(`${server.pages}/forgot`);
    await lookAt(page, "forgot-mail");
    await signIn(page, server, "Boss");
    await page.goto(`${server.pages}/desk/applications`);
    await lookAt(page, "desk-applications-full");
    await page.click("button:text-is('Approve')");
    await page.waitForSelector("text=Nobody waits");
    const { uid } = server.store.accounts.byNickname("Eve")!;
    equal(server.store.applications.get(uid), undefined);
  },
  {
    "auth.registration": "approval",
    "mail.host": "127.0.0.1",
    "mail.from": "retropal@example.org",
  },
);

browserTest(
  "an import on the desk takes a file larger than one form",
  async (server, browser) => {
    await server.addUser("Boss", { role: "superadmin" });
    const page = await openPage(browser, server.pages);
    await signIn(page, server, "Boss");
    await page.goto(`${server.pages}/desk/commands/ban/import`);
    const bans = Array.from({ length: 5000 }, (_, i) => ({
      kind: "address",
      target: `11.1.${i >> 8}.${i & 255}`,
    }));
    await page.setInputFiles("input[type=file]", {
      name: "bans.json",
      mimeType: "application/json",
      buffer: Buffer.from(JSON.stringify(bans)),
    });
    await page.waitForSelector("#file[placeholder*='is ready']");
    await page.click("button:text-is('Run')");
    await page.waitForSelector("text=5000 of 5000 bans added");
    equal(server.store.bans.list(Date.now()).length, 5000);
  },
);

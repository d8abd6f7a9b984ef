/**
 * Invitation links: from the link into the room, without a second password.
 *
 * @module
 */
import { equal, match } from "node:assert/strict";
import type { Page } from "playwright-core";
import {
  chatTest,
  newPage,
  openChat,
  PORCH,
  signOn,
} from "./support/chat_page.ts";
import { PASSWORD, type WholeServer } from "./support/whole_server.ts";

function makeLink({ store, pages }: WholeServer, room: number): string {
  const code = "ABCDEFGHJKLMNPQRSTUVWXYZ23";
  store.inviteCodes.add({
    code,
    usesLeft: 5,
    createdBy: "cli",
    createdAt: Date.now(),
    expiresAt: Date.now() + 3_600_000,
    link: true,
    room,
  });
  return `${pages}/invite/${code}`;
}

async function signIn(page: Page, { pages }: WholeServer, nickname: string) {
  await page.goto(`${pages}/sign-in`);
  await page.fill("#nickname", nickname);
  await page.fill("#password", PASSWORD);
  await page.click("main button");
  await page.waitForURL(/\/member$/);
}

chatTest(
  "an invitation link leads into its room, for new and old members",
  async (server, browser, room) => {
    const link = makeLink(server, room);
    const guest = await newPage(server, browser);
    await guest.goto(link);
    await guest.fill("#nickname", "Guest");
    await guest.fill("#password", PASSWORD);
    await guest.fill("#repeat", PASSWORD);
    await guest.click("text=Come in");
    await guest.waitForSelector(`.room-view h1:text('${PORCH}')`);
    match(await guest.innerText(".members"), /Guest/);

    // Already signed in on the pages, with the same link.
    const ann = await newPage(server, browser);
    await signIn(ann, server, "Ann");
    await ann.goto(link);
    await ann.waitForSelector(".members :text('Guest')");

    // Online elsewhere: a link alone does not end that session.
    await using dan = await server.signOn("Dan");
    const other = await newPage(server, browser);
    await signIn(other, server, "Dan");
    await other.goto(link);
    await other.waitForSelector("text=Sign on as Dan");
    await dan.settle();
    await other.click("text=Sign on as Dan");
    await other.waitForSelector(".members :text('Ann')");

    // Also with nickname and password on the page itself.
    const bob = await signOn(server, browser, "Bob", { room });
    await bob.waitForSelector(".members :text('Dan')");
    equal(await bob.locator(".room-view").count(), 1);
  },
);

chatTest(
  "a visitor without a nickname gets one and comes back into the room",
  async (server, browser, room) => {
    const page = await openChat(server, browser, { room });
    await page.click("text=Get one");
    await page.fill("[name=nickname]", "Fresh");
    await page.fill("[name=password]", PASSWORD);
    // A validation error does not lose the way back.
    await page.fill("[name=repeat]", `${PASSWORD}x`);
    // Bypasses the script's own check.
    await page.locator("form:has([name=repeat])").evaluate((form) =>
      // deno-lint-ignore no-explicit-any -- of the page
      (globalThis as any).HTMLFormElement.prototype.submit.call(form)
    );
    await page.waitForSelector("main .failed");
    await page.fill("[name=password]", PASSWORD);
    await page.fill("[name=repeat]", PASSWORD);
    await page.click("main button");
    await page.waitForSelector(".members :text('Fresh')");
    const away = await newPage(server, browser);
    await away.goto(`${server.pages}/register?to=//evil.example`);
    equal(await away.locator("[name=to]").count(), 0);
  },
  { "auth.registration": "open" },
);

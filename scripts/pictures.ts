/**
 * Takes the pictures for the documents: real pages of a real server in
 * Chromium, with sample users. Those for docs/browser.md are taken here.
 *
 * @module
 */
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { Chromium } from "../tests/web/support/chromium.ts";
import {
  PASSWORD,
  type WholeServer,
  withWholeServer,
} from "../tests/web/support/whole_server.ts";
import { saveWebp, setClock, SETTINGS, takeDesk } from "./desk_pictures.ts";
import { buildBrowserClient } from "./browser_client.ts";
import { readOptions } from "./options.ts";
import { ROOT } from "./root.ts";

const USAGE = `Takes the pictures of the documents with Chromium.

usage: deno task pictures [--only chat|desk]
`;

const FOLDER = join(ROOT, "docs/pictures");
const ROOM = "The Front Porch";
const VIEWS = {
  desk: { width: 900, height: 620 },
  phone: { width: 390, height: 780 },
} as const;

async function visit(
  server: WholeServer,
  browser: Browser,
  viewport: { readonly width: number; readonly height: number },
): Promise<Page> {
  const context = await browser.newContext({
    viewport,
    reducedMotion: "reduce",
    colorScheme: "light",
    permissions: ["microphone", "camera"],
    // Determines the format of the time beside each line.
    locale: "en-GB",
  });
  const page = await context.newPage();
  await page.goto(`${server.pages}/chat`);
  return page;
}

async function signOn(page: Page, nickname: string): Promise<void> {
  await page.fill("#nickname", nickname);
  await page.fill("#password", PASSWORD);
  await page.click("text=Sign on");
  await page.waitForSelector(`button.name:text('${ROOM}')`);
}

async function save(page: Page, name: string): Promise<void> {
  await saveWebp(page, join(FOLDER, `${name}.webp`));
}

async function enter(page: Page): Promise<void> {
  await page.click(`button.name:text('${ROOM}')`);
  await page.waitForSelector(".members :text('Grace')");
}

async function takeAll(server: WholeServer, browser: Browser): Promise<void> {
  for (const name of ["Ada", "Grace", "Linus"]) await server.addUser(name);
  const { gid } = server.live.rooms().find(({ name }) => name === ROOM)!;
  await using grace = await server.signOn("Grace");
  await grace.rooms.join(gid);
  const ada = await visit(server, browser, VIEWS.desk);
  await save(ada, "chat-sign-on");
  await signOn(ada, "Ada");
  await ada.waitForSelector(".people:text('1')");
  await save(ada, "chat-rooms");
  await enter(ada);
  await grace.rooms.say(gid, "Hello Ada! I am on Windows 98 here.");
  await grace.video.publish(gid);
  await ada.waitForSelector(".line:has-text('Windows 98')");
  await ada.fill(".composer textarea", "And I am in a browser.");
  await ada.press(".composer textarea", "Enter");
  await ada.waitForSelector(".line.own.sent");
  await ada.waitForSelector(".members [aria-label='camera on']");
  await ada.click("text=Raise my hand");
  await ada.waitForSelector(".members [aria-label^='hand up']");
  await save(ada, "chat-room");
  await ada.click("text=Settings");
  await ada.waitForSelector("#audioinput option:nth-child(2)", {
    state: "attached",
  });
  await save(ada, "chat-settings");
  const linus = await visit(server, browser, VIEWS.phone);
  await signOn(linus, "Linus");
  await enter(linus);
  await grace.rooms.say(gid, "Hello Linus, out and about?");
  await linus.waitForSelector(".line:has-text('out and about')");
  await save(linus, "chat-phone");
}

if (import.meta.main) {
  const { values } = readOptions(USAGE, { only: { type: "string" } });
  const wanted = (what: string) => (values.only ?? what) === what;
  await Deno.mkdir(FOLDER, { recursive: true });
  if (wanted("chat")) {
    await buildBrowserClient();
    await withWholeServer(async (server) => {
      await using chromium = await Chromium.start([
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        "--autoplay-policy=no-user-gesture-required",
      ]);
      await takeAll(server, chromium.browser);
    });
  }
  if (wanted("desk")) {
    setClock();
    await withWholeServer(async (server) => {
      await using chromium = await Chromium.start();
      await takeDesk(server, chromium.browser, FOLDER);
    }, SETTINGS);
  }
}

/**
 * Tests in which a browser visits the whole server.
 *
 * @module
 */
import type { Browser, Page } from "playwright-core";
import {
  MISSING,
  newContext,
  type ViewOptions,
  withChromium,
} from "./chromium.ts";
import { PASSWORD, type WholeServer, withWholeServer } from "./whole_server.ts";

/** A test that is skipped says why in its name. */
const only = MISSING === null ? "" : ` (skipped: ${MISSING})`;

export function browserTest(
  name: string,
  work: (server: WholeServer, browser: Browser) => Promise<void>,
  settings = {},
): void {
  Deno.test({
    name: name + only,
    ignore: MISSING !== null,
    // The debugger's socket and the child end a moment later.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () =>
      withWholeServer(
        (server) => withChromium((browser) => work(server, browser)),
        settings,
      ),
  });
}

export async function openPage(
  browser: Browser,
  url: string,
  options: ViewOptions = {},
): Promise<Page> {
  const context = await newContext(browser, options);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(url);
  return page;
}

export async function signIn(
  page: Page,
  server: WholeServer,
  nickname: string,
) {
  await page.goto(`${server.pages}/sign-in`);
  await page.fill("#nickname", nickname);
  await page.fill("#password", PASSWORD);
  await page.click("main button");
  await page.waitForURL(/\/member$/);
}

/** Seven hours of load, so that charts have something to draw. */
export function addHistory({ store }: WholeServer): void {
  const now = Date.now();
  for (let i = 0; i < 360; i++) {
    const sample = {
      at: now - now % 10_000 - i * 10_000,
      sessions: Math.round(40 + 30 * Math.sin(i / 30)),
      rooms: 12,
      talkers: i % 5,
      packets: 900 + i,
      voiceFrames: 2000 - i,
    };
    store.history.add(10, sample);
    store.history.add(300, { ...sample, at: now - i * 300_000 });
  }
}

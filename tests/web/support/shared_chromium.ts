/**
 * One Chromium for all tests in a file, because starting it takes longer than
 * most tests.
 *
 * @module
 */
import type { Browser } from "playwright-core";
import { Chromium } from "./chromium.ts";

/** The browser of this test file; each test has its own windows. */
let shared: Chromium | undefined;

Deno.test.afterAll(async () => {
  await shared?.[Symbol.asyncDispose]();
  shared = undefined;
});

/**
 * Lends the file's browser, which starts with the first test, and closes all
 * windows afterwards. Different flags start another browser.
 */
export async function withChromium(
  work: (browser: Browser) => Promise<void>,
  flags: readonly string[] = [],
): Promise<void> {
  if (
    shared?.flags.join() !== flags.join() || !shared.browser.isConnected()
  ) {
    await shared?.[Symbol.asyncDispose]().catch(() => {});
    shared = await Chromium.start(flags);
  }
  const { browser } = shared;
  const [first] = browser.contexts();
  try {
    await work(browser);
  } finally {
    for (const context of browser.contexts()) {
      if (context !== first) await context.close().catch(() => {});
    }
  }
}

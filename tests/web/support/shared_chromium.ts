/**
 * One Chromium for all tests in a file, because starting it takes longer than
 * most tests.
 *
 * @module
 */
import type { Browser } from "playwright-core";
import { Chromium } from "./chromium.ts";

/**
 * Longest test, in milliseconds. The driver waits forever for a window that
 * Chromium does not close, which would keep the whole run from ending.
 */
const LONGEST_MS = 180_000;

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
  await inTime(use(shared.browser, work), shared);
}

async function use(
  browser: Browser,
  work: (browser: Browser) => Promise<void>,
): Promise<void> {
  const [first] = browser.contexts();
  try {
    await work(browser);
  } finally {
    for (const context of browser.contexts()) {
      if (context !== first) await context.close().catch(() => {});
    }
  }
}

/**
 * Waits for a test that uses this browser. Ends the browser, and with it
 * everything that waits for it, when the test takes too long.
 */
export async function inTime(
  work: Promise<void>,
  { child }: Pick<Chromium, "child">,
  longestMs = LONGEST_MS,
): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    child.kill("SIGKILL");
    reject(new Error(`not done after ${longestMs / 1000} s`));
  }, longestMs);
  work.catch(() => {});
  try {
    await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A real, headless Chromium for a test, driven by playwright-core; with
 * axe-core for accessibility and a folder for screenshots.
 *
 * @module
 */
import { join } from "node:path";
import axe from "axe-core";
import {
  type Browser,
  type BrowserContext,
  chromium,
  type Page,
} from "playwright-core";

/**
 * The first one that exists. The headless shell is the same engine without the
 * browser around it, and takes half the CPU. Its script in /usr/bin does not
 * pass signals on, so the browser would outlive the tests.
 */
const PROGRAMS = [
  "/usr/lib/chromium/chromium-headless-shell",
  "/usr/bin/chromium",
];
const PROGRAM = PROGRAMS.find(exists);
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-back-forward-cache",
  "--disable-background-networking",
  "--disable-breakpad",
  "--disable-component-update",
  // A process in reserve for each page costs as much as the page.
  "--disable-features=SpareRendererForSitePerProcess",
  "--disable-field-trial-config",
  "--disable-sync",
  "--disable-dev-shm-usage",
  "--hide-scrollbars",
  "--remote-debugging-port=0",
];
const ARTIFACTS = new URL("../../artifacts/web/", import.meta.url);
const START_MS = 30_000;

export const PHONE = { width: 390, height: 844 } as const;
export const DESK = { width: 1280, height: 900 } as const;

/** Oldest version with everything that playwright-core needs of node:http. */
const OLDEST_DENO = [2, 9] as const;

/** Why browser tests are skipped on this machine, or null. */
export const MISSING: string | null = missing();

function missing(): string | null {
  const [major = 0, minor = 0] = Deno.version.deno.split(".").map(Number);
  if (major === OLDEST_DENO[0] && minor < OLDEST_DENO[1]) {
    return `the browser's driver needs Deno ${OLDEST_DENO.join(".")}`;
  }
  return PROGRAM === undefined
    ? `${PROGRAMS.join(" and ")} are missing (apt-get install chromium)`
    : null;
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** A running browser with its own profile. */
export class Chromium implements AsyncDisposable {
  private constructor(
    readonly browser: Browser,
    readonly flags: readonly string[],
    readonly child: Deno.ChildProcess,
    readonly profile: string,
  ) {}

  static async start(flags: readonly string[] = []): Promise<Chromium> {
    const profile = await Deno.makeTempDir({ prefix: "retropal-chromium-" });
    const child = new Deno.Command(PROGRAM!, {
      args: [...FLAGS, ...flags, `--user-data-dir=${profile}`, "about:blank"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    try {
      const url = await debuggingUrl(profile);
      const browser = await chromium.connectOverCDP(url);
      return new Chromium(browser, flags, child, profile);
    } catch (error) {
      await end(child, profile);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
    await end(this.child, this.profile);
  }
}

async function end(child: Deno.ChildProcess, profile: string): Promise<void> {
  try {
    child.kill("SIGTERM");
  } catch {
    // It has ended with its last page.
  }
  await child.status;
  await removeSoon(profile);
}

/** Reads the port and path that Chromium writes once it listens. */
async function debuggingUrl(profile: string): Promise<string> {
  const file = join(profile, "DevToolsActivePort");
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    const [port = "", path = ""] = await Deno.readTextFile(file).then(
      (text) => text.split("\n"),
      () => [],
    );
    if (path !== "") return `ws://127.0.0.1:${port}${path}`;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("Chromium did not start");
}

/**
 * Removes a folder to which Chromium's processes may still write for a moment.
 */
async function removeSoon(folder: string): Promise<void> {
  for (let i = 0; i < 50; i++) {
    try {
      await Deno.remove(folder, { recursive: true });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

export interface ViewOptions {
  readonly dark?: boolean;
  readonly scripts?: boolean;
  readonly phone?: boolean;
}

/** Opens a window without cookies. */
export async function newContext(
  browser: Browser,
  { dark = false, scripts = true, phone = false }: ViewOptions = {},
): Promise<BrowserContext> {
  return await browser.newContext({
    viewport: phone ? PHONE : DESK,
    colorScheme: dark ? "dark" : "light",
    javaScriptEnabled: scripts,
    reducedMotion: "reduce",
  });
}

/** Whether tests save pictures of the pages that they visit. */
const KEEPS_PICTURES = Deno.env.get("SCREENSHOTS") === "1";

/**
 * With SCREENSHOTS=1 saves a picture of the whole page in tests/artifacts/web.
 */
export async function screenshot(page: Page, name: string): Promise<void> {
  if (!KEEPS_PICTURES) return;
  await Deno.mkdir(ARTIFACTS, { recursive: true });
  await page.screenshot({
    path: new URL(`${name}.png`, ARTIFACTS).pathname,
    fullPage: true,
  });
}

/** Pages that have axe-core. */
const equipped = new WeakSet<Page>();

/**
 * Returns the faults that axe-core finds, a line each; empty `rules` means all.
 */
export async function accessibilityFaults(
  page: Page,
  rules: readonly string[] = [],
): Promise<string[]> {
  // Added by the debugger, which a content security policy does not restrict.
  // It is large, so later documents of the page get it from the start.
  if (!equipped.has(page)) {
    equipped.add(page);
    await page.addInitScript(axe.source);
    await page.evaluate(axe.source);
  }
  const options = {
    resultTypes: ["violations"],
    ...(rules.length > 0 && { runOnly: { type: "rule", values: rules } }),
  };
  const found = await page.evaluate(async (options) => {
    // deno-lint-ignore no-explicit-any -- axe is a global of the page
    const { violations } = await (globalThis as any).axe.run(options);
    // deno-lint-ignore no-explicit-any -- as axe-core gives it
    return violations.map((one: any) =>
      `${one.id}: ${one.help}: ${
        // deno-lint-ignore no-explicit-any -- as axe-core gives it
        one.nodes.slice(0, 3).map((node: any) => node.html).join(" | ")}`
    );
  }, options);
  return found as string[];
}

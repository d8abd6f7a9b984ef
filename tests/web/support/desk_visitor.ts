/**
 * A user of the desk: the same steps in a real Chromium, or by submitting the
 * forms directly where there is none.
 *
 * @module
 */
import type { Page } from "playwright-core";
import { Browser, type Page as PlainPage } from "../../support/web/site.ts";
import { MISSING, newContext } from "./chromium.ts";
import { withChromium } from "./shared_chromium.ts";

export interface DeskVisitor {
  /** Opens a page of the site. */
  open(path: string): Promise<void>;
  /** Fills in the form with that action, and submits it. */
  send(
    action: string,
    fields?: Readonly<Record<string, string>>,
  ): Promise<void>;
  /** Returns the current HTML of the page. */
  html(): Promise<string>;
}

export async function withDeskVisitor(
  base: string,
  work: (visitor: DeskVisitor) => Promise<void>,
): Promise<void> {
  if (MISSING !== null) return await work(new ByForms(base));
  await withChromium(async (browser) => {
    const context = await newContext(browser);
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    await work(new ByChromium(page, base));
  });
}

class ByChromium implements DeskVisitor {
  constructor(readonly page: Page, readonly base: string) {}

  async open(path: string): Promise<void> {
    await this.page.goto(this.base + path);
  }

  async send(
    action: string,
    fields: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const { page } = this;
    const form = page.locator(`main form[action="${action}"][method=post]`)
      .first();
    // Opens collapsed parts first, like a user.
    await form.evaluate((one) => {
      // deno-lint-ignore no-explicit-any -- runs in the page
      for (let at: any = one; at; at = at.parentElement) {
        if (at.tagName === "DETAILS") at.open = true;
      }
      // deno-lint-ignore no-explicit-any -- runs in the page
      const inside = (one as any).querySelectorAll("details");
      for (const details of inside) details.open = true;
    });
    for (const [name, value] of Object.entries(fields)) {
      const control = form.locator(`[name="${name}"]`).first();
      const tag = await control.evaluate((one) => one.nodeName);
      if (tag === "SELECT") await control.selectOption(value);
      else await control.fill(value);
    }
    await Promise.all([
      page.waitForEvent("load"),
      form.locator("button:not([type=button])").first().click(),
    ]);
  }

  async html(): Promise<string> {
    return await this.page.content();
  }
}

class ByForms implements DeskVisitor {
  readonly #browser: Browser;
  #page: PlainPage | undefined;

  constructor(base: string) {
    this.#browser = new Browser(base);
  }

  async open(path: string): Promise<void> {
    this.#page = await this.#browser.get(path);
    await this.#follow();
  }

  async send(
    action: string,
    fields: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    if (this.#page === undefined) throw new Error("no page is open");
    this.#page = await this.#browser.submit(this.#page, action, fields);
    await this.#follow();
  }

  html(): Promise<string> {
    return Promise.resolve(this.#page?.text ?? "");
  }

  async #follow(): Promise<void> {
    while (this.#page?.location) {
      this.#page = await this.#browser.get(this.#page.location);
    }
  }
}

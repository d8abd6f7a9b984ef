/**
 * The pages on a real port with a real database, a chat side that tests can
 * configure, and a minimal browser without scripts.
 *
 * @module
 */
import { join } from "node:path";
import { AddressBans } from "../../../lib/actions/address_bans.ts";
import { SignOnGuard } from "../../../lib/actions/sign_on_guard.ts";
import { defaultConfig } from "../../../lib/config/config.ts";
import type { Value } from "../../../lib/config/setting.ts";
import type { Account, NewAccount, Store } from "../../../lib/domain/store.ts";
import type { Logger } from "../../../lib/ops/log.ts";
import { Admission } from "../../../lib/net/admission.ts";
import { PasswordHasher } from "../../../lib/ops/password_hash.ts";
import { encodeText } from "../../../lib/protocol/windows1252.ts";
import { admissionRules } from "../../../lib/server/core.ts";
import { openFresh } from "../db/fresh.ts";
import { FakeLive } from "./fake_live.ts";
import {
  startWeb,
  type WebOptions,
  type WebServer,
} from "../../../lib/web/server.ts";

export interface TestSite {
  readonly store: Store;
  readonly live: FakeLive;
  readonly server: WebServer;
  readonly base: string;
  readonly passwords: PasswordHasher;
  /** Logged messages as "warn: message". */
  readonly logged: string[];
  /** Changes settings from now on. */
  configure(changes: Readonly<Record<string, Value>>): void;
  /** Moves the clock forward. */
  pass(ms: number): void;
  addUser(nickname: string, more?: Partial<NewAccount>): Promise<Account>;
  browser(): Browser;
}

export const PASSWORD = "secret11";

export async function withSite(
  work: (site: TestSite) => Promise<void>,
  changes: Readonly<Record<string, Value>> = {},
  options: Partial<WebOptions> = {},
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "retropal-web-" });
  const store = await openFresh(join(folder, "retropal.db"));
  const live = new FakeLive();
  const logged: string[] = [];
  const passwords = new PasswordHasher({ log2n: 1 });
  let config = defaultConfig(changes);
  let settings = changes;
  let ahead = 0;
  const guard = new SignOnGuard(config);
  const server = await startWeb({
    bind: "127.0.0.1",
    port: 0,
    legacyPort: 0,
    config: () => config,
    store,
    live,
    passwords,
    addressBans: new AddressBans(store.bans),
    admission: new Admission(() => admissionRules(config), () => false),
    guard,
    log: logTo(logged),
    clock: () => Date.now() + ahead,
    ...options,
  });
  const base = `http://127.0.0.1:${server.addr.port}`;
  try {
    await work({
      store,
      live,
      server,
      base,
      passwords,
      logged,
      configure(more) {
        settings = { ...settings, ...more };
        config = defaultConfig(settings);
        guard.refresh(config);
      },
      pass(ms) {
        ahead += ms;
      },
      async addUser(nickname, more = {}) {
        return store.accounts.create({
          nickname,
          passwordHash: await passwords.hash(encodeText(PASSWORD)),
          createdAt: Date.now(),
          ...more,
        });
      },
      browser: () => new Browser(base),
    });
  } finally {
    await server.shutdown();
    store.close();
    await Deno.remove(folder, { recursive: true });
  }
}

function logTo(lines: string[]): Logger {
  const at = (level: string) => (message: string, fields: object = {}) => {
    lines.push(`${level}: ${message} ${JSON.stringify(fields)}`);
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
  };
}

export interface Page {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly location: string | null;
}

/**
 * A browser that keeps cookies, follows no redirects by itself, and runs no
 * scripts.
 */
export class Browser {
  cookie = "";
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
  }

  async get(
    path: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Page> {
    return await this.#request(path, { headers: { ...headers } });
  }

  /** Submits a form like a browser, with the fields in `change` changed. */
  async submit(
    page: Page,
    action: string,
    change: Readonly<Record<string, string>> = {},
  ): Promise<Page> {
    const form = page.text.split("<form").find((part) =>
      part.slice(0, part.indexOf(">")).includes(`action="${action}"`) &&
      part.slice(0, part.indexOf(">")).includes(`method="post"`)
    );
    if (form === undefined) {
      throw new Error(`no form ${action} in ${page.text}`);
    }
    const fields = new Map<string, string>();
    for (const [tag] of form.split("</form")[0]!.matchAll(/<input[^>]*>/g)) {
      const name = /\bname="([^"]*)"/.exec(tag)?.[1];
      const type = /\btype="([^"]*)"/.exec(tag)?.[1];
      if (name === undefined) continue;
      if (type === "checkbox" && !/\bchecked\b/.test(tag)) continue;
      fields.set(name, unescapeHtml(/\bvalue="([^"]*)"/.exec(tag)?.[1] ?? ""));
    }
    for (
      const [, name = "", options = ""] of form.split("</form")[0]!.matchAll(
        /<select[^>]*\bname="([^"]*)"[^>]*>(.*?)<\/select/gs,
      )
    ) {
      const chosen = /value="([^"]*)" selected/.exec(options)?.[1] ??
        /value="([^"]*)"/.exec(options)?.[1] ?? "";
      fields.set(name, unescapeHtml(chosen));
    }
    for (const [name, value] of Object.entries(change)) fields.set(name, value);
    return await this.post(action, Object.fromEntries(fields));
  }

  async post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Page> {
    return await this.#request(path, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        ...headers,
      },
      body: new URLSearchParams(fields).toString(),
    });
  }

  /** Signs in and returns the next page. */
  async signIn(nickname: string, password = PASSWORD): Promise<Page> {
    const answer = await this.submit(await this.get("/sign-in"), "/sign-in", {
      nickname,
      password,
    });
    return answer.location ? await this.get(answer.location) : answer;
  }

  async #request(path: string, init: RequestInit): Promise<Page> {
    const headers = new Headers(init.headers);
    if (this.cookie) headers.set("cookie", this.cookie);
    const response = await fetch(this.#base + path, {
      ...init,
      headers,
      redirect: "manual",
    });
    const set = response.headers.get("set-cookie");
    if (set) this.cookie = set.split(";")[0] ?? "";
    return {
      status: response.status,
      headers: response.headers,
      text: await response.text(),
      location: response.headers.get("location"),
    };
  }
}

function unescapeHtml(text: string): string {
  return text.replaceAll("&quot;", '"').replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** Sends bytes unchanged. Returns everything received until the end. */
export async function rawRequest(
  addr: Deno.NetAddr,
  request: string | Uint8Array,
): Promise<string> {
  const conn = await Deno.connect({ hostname: addr.hostname, port: addr.port });
  const bytes = typeof request === "string" ? encodeText(request) : request;
  let text = "";
  const deadline = setTimeout(() => conn.close(), 5000);
  try {
    for (let at = 0; at < bytes.length;) {
      at += await conn.write(bytes.subarray(at));
    }
    await conn.closeWrite();
    const chunk = new Uint8Array(16384);
    for (let n; (n = await conn.read(chunk)) !== null;) {
      text += new TextDecoder("latin1").decode(chunk.subarray(0, n));
    }
  } catch {
    // Reset by the server, or by our own deadline.
  } finally {
    clearTimeout(deadline);
    try {
      conn.close();
    } catch {
      // Closed by the deadline.
    }
  }
  return text;
}

/**
 * A real, headless Firefox for a test, driven by WebDriver BiDi: Playwright
 * needs its own build of Firefox, and Debian's lacks commands that Playwright's
 * driver sends to every page.
 *
 * @module
 */
import { join } from "node:path";

const PROGRAM = "/usr/bin/firefox-esr";
/** Without a sound server Firefox never starts an AudioContext. */
const SOUND_SERVER = "/usr/bin/pulseaudio";
const START_MS = 60_000;
const WAIT_MS = 20_000;
/** Makes the browser ask no questions and contact no servers. */
const PREFERENCES = `
user_pref("app.update.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("toolkit.telemetry.reportingpolicy.firstRun", false);
`;
/** Code point of a key in WebDriver. */
export const ENTER = "\uE007";

/** Why tests with Firefox are skipped on this machine, or null. */
export const NO_FIREFOX: string | null = missing();

function missing(): string | null {
  const lacking = [PROGRAM, SOUND_SERVER].filter((program) => !exists(program));
  return lacking.length === 0
    ? null
    : `no ${lacking.join(", ")} (apt-get install firefox-esr pulseaudio)`;
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Starts a browser for `work` and ends it afterwards. */
export async function withFirefox(
  work: (page: FirefoxPage) => Promise<void>,
): Promise<void> {
  const profile = await Deno.makeTempDir({ prefix: "retropal-firefox-" });
  await Deno.writeTextFile(join(profile, "user.js"), PREFERENCES);
  const sound = join(profile, "sound");
  const env = {
    HOME: profile,
    XDG_RUNTIME_DIR: profile,
    PULSE_SERVER: `unix:${sound}`,
    MOZ_CRASHREPORTER_DISABLE: "1",
  };
  const silent = { stdin: "null", stdout: "null", stderr: "null" } as const;
  const speaker = new Deno.Command(SOUND_SERVER, {
    args: ["-n", "--use-pid-file=no", "--exit-idle-time=-1"].concat(
      ...["module-null-sink", `module-native-protocol-unix socket=${sound}`]
        .map((module) => ["-L", module]),
    ),
    env,
    ...silent,
  }).spawn();
  const child = new Deno.Command(PROGRAM, {
    args: ["--headless", "--no-remote", "--profile", profile]
      .concat("--remote-debugging-port", "0", "about:blank"),
    env,
    ...silent,
  }).spawn();
  try {
    const driver = await Driver.open(await addressOf(profile));
    try {
      await driver.send("session.new", { capabilities: {} });
      const { contexts } = await driver.send("browsingContext.getTree", {});
      await work(new FirefoxPage(driver, contexts[0].context));
    } finally {
      driver.close();
    }
  } finally {
    for (const one of [child, speaker]) {
      try {
        one.kill("SIGKILL");
      } catch {
        // It has ended by itself.
      }
      await one.status;
    }
    await removeSoon(profile);
  }
}

/** Removes a folder to which child processes may still write for a moment. */
async function removeSoon(folder: string): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    try {
      return await Deno.remove(folder, { recursive: true });
    } catch {
      await pause(100);
    }
  }
}

/** Reads the port that Firefox writes once it listens. */
async function addressOf(profile: string): Promise<string> {
  const file = join(profile, "WebDriverBiDiServer.json");
  for (const end = Date.now() + START_MS; Date.now() < end;) {
    try {
      const { ws_host, ws_port } = JSON.parse(await Deno.readTextFile(file));
      return `ws://${ws_host}:${ws_port}/session`;
    } catch {
      await pause(50);
    }
  }
  throw new Error("Firefox did not start");
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

// deno-lint-ignore no-explicit-any -- each command has an answer of its own
type Answer = any;

class Driver {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #id = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const answer = JSON.parse(data);
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    };
  }

  static async open(url: string): Promise<Driver> {
    const socket = new WebSocket(url);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    return new Driver(socket);
  }

  async send(method: string, params: unknown): Promise<Answer> {
    const id = ++this.#id;
    const answer = await new Promise<Answer>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
    if (answer.type === "error") {
      throw new Error(`${method}: ${answer.error}: ${answer.message}`);
    }
    return answer.result;
  }

  close(): void {
    this.#socket.close();
  }
}

export class FirefoxPage {
  constructor(readonly driver: Driver, readonly context: string) {}

  async goto(url: string): Promise<void> {
    const { context } = this;
    const params = { context, url, wait: "complete" };
    await this.driver.send("browsingContext.navigate", params);
  }

  /** Runs a function in the page; it can use nothing from outside it. */
  async evaluate<T>(work: () => T): Promise<Awaited<T>> {
    return JSON.parse(
      await this.#run(
        `(async () => JSON.stringify(await (${work})() ?? null))()`,
      ),
    );
  }

  async text(selector: string): Promise<string> {
    return await this.#run(
      `document.querySelector(${JSON.stringify(selector)})?.innerText ?? ""`,
    );
  }

  /** Waits for an element that contains `text`. */
  async waitFor(selector: string, text = ""): Promise<void> {
    const [where, what] = [selector, text].map((one) => JSON.stringify(one));
    const expression = `[...document.querySelectorAll(${where})].some((one) =>
      one.textContent.includes(${what}))`;
    for (const end = Date.now() + WAIT_MS; Date.now() < end;) {
      if (await this.#run(expression)) return;
      await pause(50);
    }
    throw new Error(
      `no ${selector} with "${text}" in: ${await this.text("body")}`,
    );
  }

  /** Clicks the first element that contains `text`, like a mouse. */
  async click(selector: string, text = ""): Promise<void> {
    await this.waitFor(selector, text);
    const { context } = this;
    const [where, what] = [selector, text].map((one) => JSON.stringify(one));
    const found = await this.driver.send("script.evaluate", {
      expression: `[...document.querySelectorAll(${where})].find((one) =>
        one.textContent.includes(${what}))`,
      target: { context },
      awaitPromise: false,
    });
    const element = { sharedId: found.result.sharedId };
    const actions = [
      { type: "pointerMove", x: 0, y: 0, origin: { type: "element", element } },
      { type: "pointerDown", button: 0 },
      { type: "pointerUp", button: 0 },
    ];
    await this.driver.send("input.performActions", {
      context,
      actions: [{ type: "pointer", id: "mouse", actions }],
    });
  }

  /** Clicks into an element and types. */
  async type(selector: string, text: string): Promise<void> {
    await this.click(selector);
    const actions = [...text].flatMap((value) => [
      { type: "keyDown", value },
      { type: "keyUp", value },
    ]);
    await this.driver.send("input.performActions", {
      context: this.context,
      actions: [{ type: "key", id: "keyboard", actions }],
    });
  }

  async #run(expression: string): Promise<Answer> {
    const { context } = this;
    const answer = await this.driver.send("script.evaluate", {
      expression,
      target: { context },
      awaitPromise: true,
    });
    if (answer.type === "exception") {
      throw new Error(answer.exceptionDetails.text);
    }
    return answer.result.value;
  }
}

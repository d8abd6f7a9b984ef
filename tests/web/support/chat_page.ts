/**
 * Tests of the page /chat in a real Chromium with a simulated microphone and
 * camera, together with old clients.
 *
 * @module
 */
import { deepEqual } from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { buildBrowserClient } from "../../../scripts/browser_client.ts";
import { speech } from "../../support/signals.ts";
import { SPOKEN_S } from "./sound.ts";
import { DESK, MISSING, PHONE } from "./chromium.ts";
import { withChromium } from "./shared_chromium.ts";
import { PASSWORD, type WholeServer, withWholeServer } from "./whole_server.ts";

/** Errors in a page's console, and requests to other sites. */
const faults: string[] = [];
/** A permanent voice room of every new server. */
export const PORCH = "The Front Porch";
/** A name of this machine that browsers do not treat as secure. */
export const LAN_NAME = "server.lan.test";
const RATE = 44_100;
/** With RETROPAL_TEST_PHONE=1 everything must also be possible on a phone. */
const SIZE = Deno.env.get("RETROPAL_TEST_PHONE") === "1" ? PHONE : DESK;

let spoken: string | undefined;

Deno.test.afterAll(async () => {
  if (spoken !== undefined) await Deno.remove(spoken);
});

/**
 * Creates a WAV file for the simulated microphone: generated speech at 44.1
 * kHz.
 */
async function speechFile(): Promise<string> {
  if (spoken !== undefined) return spoken;
  const samples = speech(8000 * SPOKEN_S);
  const count = RATE * SPOKEN_S;
  const bytes = new Uint8Array(44 + 2 * count);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string) =>
    bytes.set(new TextEncoder().encode(value), at);
  text(0, "RIFF");
  view.setUint32(4, bytes.length - 8, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, 2 * RATE, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, 2 * count, true);
  for (let i = 0; i < count; i++) {
    const at = i * 8000 / RATE;
    const [low, part] = [Math.floor(at), at % 1];
    const value = samples[low]! * (1 - part) + (samples[low + 1] ?? 0) * part;
    view.setInt16(44 + 2 * i, value, true);
  }
  const file = await Deno.makeTempFile({ suffix: ".wav" });
  await Deno.writeFile(file, bytes);
  return spoken = file;
}

/**
 * Declares a test. `room` is the number of {@linkcode PORCH}; Ann, Bob and Dan
 * have accounts.
 */
export function chatTest(
  name: string,
  work: (server: WholeServer, browser: Browser, room: number) => Promise<void>,
  changes: Parameters<typeof withWholeServer>[1] = {},
  isPossible = true,
): void {
  Deno.test({
    name: `/chat: ${name}`,
    ignore: MISSING !== null || !isPossible,
    // The debugger's socket and the child process end a moment later.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await buildBrowserClient();
      const file = await speechFile();
      await withWholeServer(async (server) => {
        for (const name of ["Ann", "Bob", "Dan"]) await server.addUser(name);
        const { gid } = server.live.rooms().find(({ name }) => name === PORCH)!;
        faults.length = 0;
        await withChromium((browser) => work(server, browser, gid), [
          "--use-fake-ui-for-media-stream",
          "--use-fake-device-for-media-stream",
          `--use-file-for-fake-audio-capture=${file}`,
          "--autoplay-policy=no-user-gesture-required",
          `--host-resolver-rules=MAP ${LAN_NAME} 127.0.0.1`,
        ]);
        deepEqual(faults, []);
      }, changes);
    },
  });
}

/**
 * Messages that the browser itself logs: broken connections, ended web
 * sessions, rejected forms, and a header that only applies to https.
 */
const BY_THE_BROWSER =
  /WebSocket|net::ERR_|status of 4(?:01|22)|Cross-Origin-Opener-Policy header/;

interface VisitOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly dark?: boolean;
  /** Base URL of the pages, if it is not the server itself. */
  readonly pages?: string;
  /** Room of an invitation link. */
  readonly room?: number;
}

/** Opens the page and signs on; any error in its console fails the test. */
export async function signOn(
  server: WholeServer,
  browser: Browser,
  nickname: string,
  options: VisitOptions = {},
): Promise<Page> {
  const page = await openChat(server, browser, options);
  await fillIn(page, nickname);
  return page;
}

export async function fillIn(page: Page, nickname: string): Promise<void> {
  await page.fill("#nickname", nickname);
  await page.fill("#password", PASSWORD);
  await page.click("text=Sign on");
  await page.waitForSelector(".chat");
  await page.waitForSelector(`text=${PORCH}`);
}

export async function openChat(
  server: WholeServer,
  browser: Browser,
  options: VisitOptions = {},
): Promise<Page> {
  const { pages = server.pages, room } = options;
  const page = await newPage(server, browser, options);
  await page.goto(`${pages}/chat${room === undefined ? "" : `?room=${room}`}`);
  return page;
}

/** Opens an empty page; any error in its console fails the test. */
export async function newPage(
  server: WholeServer,
  browser: Browser,
  { viewport = SIZE, dark = false, pages = server.pages }: VisitOptions = {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport,
    reducedMotion: "reduce",
    colorScheme: dark ? "dark" : "light",
    permissions: ["microphone", "camera"],
    ignoreHTTPSErrors: true,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("console", (message) => {
    const text = message.text();
    if (message.type() === "error" && !BY_THE_BROWSER.test(text)) {
      faults.push(text);
    }
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => {
    const { origin } = new URL(request.url());
    if (!["null", pages].includes(origin)) {
      faults.push(`request to another site: ${request.url()}`);
    }
  });
  return page;
}

export async function join(page: Page): Promise<void> {
  await page.click(`button.name:text('${PORCH}')`);
  await page.waitForSelector(".room-view");
}

export async function write(page: Page, text: string): Promise<void> {
  await page.fill(".composer textarea", text);
  await page.press(".composer textarea", "Enter");
}

/** Opens the menu beside a user in a list and clicks an entry. */
export async function choose(
  page: Page,
  list: ".members" | ".pals",
  nickname: string,
  entry: string,
): Promise<void> {
  const row = `${list} .person:has-text('${nickname}')`;
  await page.click(`${row} summary`);
  await page.click(`${row} .choices button:text-is('${entry}')`);
}

/** Answers the open dialog that asks for a line. */
export async function answer(page: Page, text: string): Promise<void> {
  await page.fill("dialog[open] input[name=text]", text);
  await page.click("dialog[open] button[type=submit]");
  await page.waitForSelector("dialog[open]", { state: "detached" });
}

export function uidOf(server: WholeServer, nickname: string): number {
  return server.store.accounts.byNickname(nickname)!.uid;
}

/**
 * Tests in which a browser visits the whole server.
 *
 * @module
 */
import type { Browser, Page } from "playwright-core";
import { dayOf, hourOf, weekOf } from "../../../lib/domain/statistics.ts";
import { MISSING, newContext, type ViewOptions } from "./chromium.ts";
import { withChromium } from "./shared_chromium.ts";
import { PASSWORD, type WholeServer, withWholeServer } from "./whole_server.ts";

const HOUR = 3_600_000;

/** A skipped test says why in its name. */
const only = MISSING === null ? "" : ` (skipped: ${MISSING})`;

export function browserTest(
  name: string,
  work: (server: WholeServer, browser: Browser) => Promise<void>,
  settings = {},
): void {
  Deno.test({
    name: name + only,
    ignore: MISSING !== null,
    // The debugger's socket and the child process end a moment later.
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

/** Adds seven hours of load, so that charts are not empty. */
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

/**
 * Adds six weeks of use: busy evenings and weekends, one room with a poor
 * connection.
 */
export function addStatistics({ store }: WholeServer): void {
  const { statistics } = store;
  const now = Date.now();
  const rooms = store.rooms.list().slice(0, 6);
  store.transaction(() => {
    for (let hour = 0; hour < 42 * 24; hour++) {
      const at = hourOf(now - hour * HOUR);
      const date = new Date(at);
      const evening = Math.max(0, Math.sin((date.getHours() - 13) / 3.6));
      const people = 3 + 30 * evening * (date.getDay() % 6 === 0 ? 1.5 : 1);
      statistics.addHour({
        at,
        seconds: 3600,
        peopleSeconds: 3600 * people,
        peoplePeak: Math.ceil(people * 1.3),
        signOns: Math.round(people),
        uploadBytes: 900_000 * people,
        uploadPeak: 12 * people,
      });
    }
    for (let day = 0; day < 42; day++) {
      const at = dayOf(now - day * 24 * HOUR);
      const people = 60 - day % 9;
      statistics.setPeople({ kind: "day", at, people, fresh: day % 4 });
      statistics.setPeople({
        kind: "week",
        at: weekOf(at),
        people: 150 - day,
        fresh: 9,
      });
      for (const [i, { gid, name }] of rooms.entries()) {
        statistics.addRoomDay({
          at,
          gid,
          name,
          memberSeconds: 90_000 / (i + 1),
          membersPeak: 18 - 2 * i,
          heardMs: 7_200_000 / (i + 1),
          received: 90_000,
          lost: i === 2 ? 9000 : 90,
          late: 40 * i,
          jitterSum: 400_000 * (i + 1),
          sent: 500_000,
          dropped: 500 * i,
        });
      }
    }
  });
}

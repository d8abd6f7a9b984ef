/**
 * Announcements of the page /chat: marks, title, sound, notifications; and its
 * message where there is no microphone.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import type { Page } from "playwright-core";
import {
  chatTest,
  choose,
  join,
  LAN_NAME,
  signOn,
  uidOf,
} from "./support/chat_page.ts";
import { talkFor, tap, tapped } from "./support/sound.ts";

/** Puts the page behind other windows and records its announcements. */
async function lookAway(page: Page): Promise<void> {
  await page.evaluate(() => {
    // deno-lint-ignore no-explicit-any -- of the page
    const page = globalThis as any;
    page.alerts = [];
    page.document.hasFocus = () => false;
    page.Notification = class {
      static permission = "granted";
      static requestPermission = () => Promise.resolve("granted");
      constructor(title: string, { body }: { body: string }) {
        page.alerts.push(`${title}: ${body}`);
      }
    };
    const { audio } = page.retropal.voice;
    const make = audio.createOscillator.bind(audio);
    audio.createOscillator = () => {
      page.alerts.push("beep");
      return make();
    };
  });
}

/** Returns the announcements since the last call. */
async function alertsOf(page: Page): Promise<string[]> {
  return await page.evaluate(() =>
    // deno-lint-ignore no-explicit-any -- of the page
    (globalThis as any).alerts.splice(0)
  );
}

chatTest(
  "unread marks, the count in the title, sounds and notifications",
  async (server, browser, room) => {
    await using dan = await server.signOn("Dan");
    await dan.rooms.join(room);
    const ann = await signOn(server, browser, "Ann");
    const uid = uidOf(server, "Ann");
    await join(ann);
    await ann.click(".tabs >> text=Rooms");
    const title = await ann.title();
    await dan.rooms.say(room, "one");
    await dan.rooms.say(room, "two");
    await ann.waitForSelector(
      ".tabs button:has-text('Porch') .unread:text('2')",
    );
    equal(await ann.title(), `(2) ${title}`);
    await ann.click(".tabs :text('Porch')");
    await ann.waitForSelector(".tabs .unread", { state: "detached" });
    equal(await ann.title(), title);

    await lookAway(ann);
    await ann.click("text=Settings");
    await ann.click("text=A notification while");
    await ann.click("button[aria-label=Close]");
    await dan.rooms.say(room, "nobody is called for this");
    await ann.waitForSelector(".line:has-text('nobody is called')");
    deepEqual(await alertsOf(ann), []);
    await dan.people.im(uid, "<pb>you</pb> there?");
    await ann.waitForSelector(".tabs :text('Dan')");
    deepEqual(await alertsOf(ann), ["beep", "Dan: you there?"]);
    await dan.rooms.say(room, "/w Ann: psst");
    await ann.waitForSelector(".line.whisper");
    deepEqual(await alertsOf(ann), ["beep", "Dan: psst"]);
    await ann.click("text=Alerts");
    await ann.click("text=Settings");
    await ann.click("text=A sound for messages");
    await ann.click("button[aria-label=Close]");
    await dan.rooms.say(room, "now this one too");
    await ann.waitForSelector(".line:has-text('now this one too')");
    deepEqual(await alertsOf(ann), ["Dan: now this one too"]);
    match(await ann.title(), /^\(4\) /);
    // Ignored users cause no announcements.
    await choose(ann, ".members", "Dan", "Ignore here");
    await dan.rooms.say(room, "into the wind");
    await dan.people.im(uid, "after it");
    await ann.waitForSelector(".tabs button:has-text('Dan') .unread:text('2')");
    deepEqual(await alertsOf(ann), ["Dan: after it"]);
  },
);

chatTest(
  "by plain http there is a sentence, text, and what others say",
  async (server, browser, room) => {
    await using dan = await server.signOn("Dan");
    await dan.rooms.join(room);
    const pages = server.pages.replace("127.0.0.1", LAN_NAME);
    const ann = await signOn(server, browser, "Ann", { pages });
    await join(ann);
    equal(await ann.locator(".talk-key").count(), 0);
    match(
      await ann.innerText(".talk"),
      /You can listen\. Browsers give a microphone only to pages by https/,
    );
    equal(
      await ann.getAttribute(".talk a", "href"),
      "https://chat.example.org/chat",
    );
    await tap(ann);
    await dan.voice.channel();
    const said = await talkFor(dan, 1);
    await ann.waitForTimeout(500);
    deepEqual((await tapped(ann)).packets, said);
  },
  { "web.public_url": "https://chat.example.org" },
);

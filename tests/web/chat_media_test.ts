/**
 * Voice and webcams of the page /chat, between pages and old clients.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { Page } from "playwright-core";
import type { PaltalkClient } from "../../lib/client/mod.ts";
import { roomVideo } from "../../lib/protocol/packets/room_video.ts";
import { pictureFault } from "../../lib/video/jpeg.ts";
import { makePicture } from "../../lib/video/sample_picture.ts";
import { chatTest, choose, join, signOn, uidOf } from "./support/chat_page.ts";
import {
  bestMatch,
  listen,
  resemblance,
  talkFor,
  tap,
  tapped,
} from "./support/sound.ts";

const SPEAK_MS = 4500;
/** Difference in loudness, in dB, that automatic gain may cause. */
const MOST_DB = 15;

/** Holds Ann's talk key for a while. Returns what Dan has heard. */
async function speak(
  ann: Page,
  bob: Page,
  dan: PaltalkClient,
  uid: number,
): Promise<{ heard: number[]; packets: number[][] }> {
  const packets: number[][] = [];
  const listening = listen(dan, uid, packets);
  await ann.hover(".talk-key");
  await ann.mouse.down();
  await ann.waitForSelector(".talk-key.on");
  await bob.waitForSelector(".talk .speaker:has-text('Ann is speaking')");
  await ann.waitForTimeout(SPEAK_MS);
  await ann.mouse.up();
  const heard = await listening;
  ok(heard.length > 0.75 * 8 * SPEAK_MS, `${heard.length} samples`);
  return { heard, packets };
}

async function processSound(page: Page, on: boolean): Promise<void> {
  await page.click("text=Settings");
  await page.setChecked("text=Cancel echo", on);
  await page.click("button[aria-label=Close]");
}

// By https with a self-signed certificate whose warning was dismissed.
chatTest(
  "speech by https is heard by the old client and by another page",
  async (server, browser, room) => {
    const pages = server.securePages;
    await using dan = await server.signOn("Dan");
    await dan.rooms.join(room);
    const ann = await signOn(server, browser, "Ann", { pages });
    await join(ann);
    await processSound(ann, false);
    const bob = await signOn(server, browser, "Bob", { pages });
    await join(bob);
    await tap(bob);
    await dan.voice.channel();
    const uid = uidOf(server, "Ann");
    const { heard, packets } = await speak(ann, bob, dan, uid);
    const likeness = bestMatch(heard);
    ok(likeness > 0.85, `correlation ${likeness}`);
    const played = await tapped(bob);
    // Nothing is lost, changed or reordered on the way to either.
    deepEqual(played.packets, packets);
    const atBob = bestMatch(played.samples);
    ok(atBob > 0.85, `correlation at the other page ${atBob}`);

    // Words stay intelligible with echo cancellation and noise suppression.
    await processSound(ann, true);
    const processed = await speak(ann, bob, dan, uid);
    const { level, spectrum, rhythm } = resemblance(processed.heard);
    ok(Math.abs(level) < MOST_DB, `${level} dB louder`);
    ok(spectrum > 0.8, `spectrum ${spectrum}`);
    ok(rhythm > 0.85, `rhythm ${rhythm}`);

    // In the other direction: the old client's voice reaches both pages.
    await ann.waitForSelector(".talk-key:not(.on)");
    await tap(bob);
    const said = await talkFor(dan, 4);
    await bob.waitForTimeout(800);
    const back = await tapped(bob);
    deepEqual(back.packets, said);
    const fromOld = bestMatch(back.samples);
    ok(fromOld > 0.85, `correlation of the old client's ${fromOld}`);
  },
  { "web.tls": "self", "web.tls_port": 0 },
);

chatTest("a camera is seen by another page", async (server, browser) => {
  const ann = await signOn(server, browser, "Ann");
  await join(ann);
  const bob = await signOn(server, browser, "Bob");
  await join(bob);
  await ann.click("text=Show my camera");
  const sign = ".members .person:has-text('Ann')";
  await bob.waitForSelector(`${sign} [aria-label='camera on']`);
  await bob.click(`${sign} summary`);
  await bob.click("text=Watch the camera");
  const picture = bob.locator("img[alt='Camera of Ann']");
  await picture.waitFor();
  const first = await picture.getAttribute("src");
  // deno-lint-ignore no-explicit-any -- of the page
  const size = await picture.evaluate((element: any) => [
    element.naturalWidth,
    element.naturalHeight,
  ]);
  deepEqual(size, [160, 120]);
  await bob.waitForSelector(`img[alt='Camera of Ann']:not([src='${first}'])`);
  await ann.click("text=Stop my camera");
  await picture.waitFor({ state: "detached" });
});

const MOST_PICTURE_MS = 400;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

chatTest(
  "pictures go both ways between a page and the old client",
  async (server, browser, room) => {
    await using dan = await server.signOn("Dan");
    await dan.rooms.join(room);
    const ann = await signOn(server, browser, "Ann");
    await join(ann);
    const uid = uidOf(server, "Ann");
    // Records when each picture is taken, and when it is shown.
    await ann.evaluate(() => {
      // deno-lint-ignore no-explicit-any -- of the page
      const page = globalThis as any;
      page.taken = [];
      page.shown = [];
      const { toBlob } = page.HTMLCanvasElement.prototype;
      page.HTMLCanvasElement.prototype.toBlob = function (
        use: (blob: Blob) => void,
        ...more: unknown[]
      ) {
        const at = Date.now();
        toBlob.call(this, async (blob: Blob) => {
          const bytes = new Uint8Array(await blob.arrayBuffer());
          page.taken.push([at, bytes.join()]);
          use(blob);
        }, ...more);
      };
      const make = URL.createObjectURL;
      URL.createObjectURL = (blob: Blob) => {
        const at = Date.now();
        void blob.text().then((text) => page.shown.push([at, text]));
        return make.call(URL, blob);
      };
    });
    await ann.click("text=Show my camera");
    await dan.expect(roomVideo, (icon) => icon.uid === uid && icon.state !== 0);
    const view = await dan.video.watch(room, uid);
    const got: [number, Uint8Array][] = [];
    while (got.length < 15) {
      const picture = await view.next();
      got.push([Date.now(), picture]);
    }
    const taken: [number, string][] = await ann.evaluate(() =>
      // deno-lint-ignore no-explicit-any -- of the page
      (globalThis as any).taken
    );
    const delays = got.flatMap(([at, picture]) => {
      equal(pictureFault(picture), undefined);
      const one = taken.find(([, bytes]) => bytes === picture.join());
      return one === undefined ? [] : [at - one[0]];
    });
    // Each picture is one that the page has taken, byte for byte.
    equal(delays.length, got.length);
    ok(median(delays) < MOST_PICTURE_MS, `to the old client: ${delays}`);

    const pushed = new Map<string, number>();
    await dan.video.publish(room, {
      picture: (number) => {
        const mark = `made by Dan ${number}.`;
        pushed.set(mark, Date.now());
        return makePicture({ mark });
      },
    });
    const sign = ".members .person:has-text('Dan')";
    await ann.waitForSelector(`${sign} [aria-label='camera on']`);
    await choose(ann, ".members", "Dan", "Watch the camera");
    await ann.waitForSelector("img[alt='Camera of Dan']");
    await ann.waitForFunction(() =>
      // deno-lint-ignore no-explicit-any -- of the page
      (globalThis as any).shown.length >= 15
    );
    const shown: [number, string][] = await ann.evaluate(() =>
      // deno-lint-ignore no-explicit-any -- of the page
      (globalThis as any).shown
    );
    const waits = shown.map(([at, text]) => {
      const mark = /made by Dan \d+\./.exec(text)?.[0] ?? "";
      return at - (pushed.get(mark) ?? NaN);
    });
    ok(median(waits) < MOST_PICTURE_MS, `to the page: ${waits}`);
    await dan.video.stop();
    await ann.waitForSelector("img[alt='Camera of Dan']", {
      state: "detached",
    });
  },
);

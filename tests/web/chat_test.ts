/**
 * The page /chat in a real Chromium with a made-up microphone, beside clients
 * of 2002.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { buildBrowserClient } from "../../scripts/browser_client.ts";
import { type PaltalkClient, Talker } from "../../lib/client/mod.ts";
import { GsmDecoder, GsmEncoder } from "../../lib/codec/gsm.ts";
import { imIn, roomMessageIn } from "../../lib/protocol/packets/messages.ts";
import { redDot, unredDot } from "../../lib/protocol/packets/microphone.ts";
import { decodeText, encodeText } from "../../lib/protocol/windows1252.ts";
import { correlation, speech } from "../support/signals.ts";
import {
  accessibilityFaults,
  DESK,
  MISSING,
  PHONE,
  screenshot,
  withChromium,
} from "./support/chromium.ts";
import {
  PASSWORD,
  type WholeServer,
  withWholeServer,
} from "./support/whole_server.ts";

/** A voice room of a fresh server, made by number when a test begins. */
let ROOM = 0;
/** What went wrong in a page's console, or left for another site. */
const faults: string[] = [];
const PORCH = "The Front Porch";
const RATE = 44_100;
const SPOKEN_S = 8;

/** A WAV file for the made-up microphone: our speech, brought up to 44.1 kHz. */
async function speechFile(): Promise<string> {
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
  return file;
}

function chatTest(
  name: string,
  work: (server: WholeServer, browser: Browser) => Promise<void>,
  changes: Parameters<typeof withWholeServer>[1] = {},
): void {
  Deno.test({
    name: `/chat: ${name}`,
    ignore: MISSING !== null,
    // The debugger's socket and the child end a moment later.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await buildBrowserClient();
      const file = await speechFile();
      try {
        await withWholeServer(async (server) => {
          for (const name of ["Ann", "Bob", "Dan"]) await server.addUser(name);
          ROOM = server.live.rooms().find(({ name }) => name === PORCH)!.gid;
          faults.length = 0;
          await withChromium((browser) => work(server, browser), [
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            `--use-file-for-fake-audio-capture=${file}`,
            "--autoplay-policy=no-user-gesture-required",
          ]);
          deepEqual(faults, []);
        }, changes);
      } finally {
        await Deno.remove(file);
      }
    },
  });
}

/** Opens the page and signs on; fails on any error in its console. */
async function signOn(
  server: WholeServer,
  browser: Browser,
  nickname: string,
  viewport: { width: number; height: number } = DESK,
): Promise<Page> {
  const context = await browser.newContext({
    viewport,
    reducedMotion: "reduce",
    permissions: ["microphone", "camera"],
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("console", (message) => {
    // A refused or broken WebSocket is logged by the browser itself.
    const text = message.text();
    if (message.type() === "error" && !/WebSocket/.test(text)) {
      faults.push(text);
    }
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => {
    const { origin } = new URL(request.url());
    if (!["null", server.pages].includes(origin)) {
      faults.push(`request to another site: ${request.url()}`);
    }
  });
  await page.goto(`${server.pages}/chat`);
  await page.fill("#nickname", nickname);
  await page.fill("#password", PASSWORD);
  await page.click("text=Sign on");
  await page.waitForSelector(`text=${PORCH}`);
  return page;
}

async function join(page: Page): Promise<void> {
  await page.click(`button.name:text('${PORCH}')`);
  await page.waitForSelector(".room-view");
}

function lineOf({ uid }: { uid: number }) {
  return (line: { readonly uid: number }) => line.uid === uid;
}

async function write(page: Page, text: string): Promise<void> {
  await page.fill(".composer textarea", text);
  await page.press(".composer textarea", "Enter");
}

chatTest(
  "text, formatting and letters go both ways",
  async (server, browser) => {
    await using dan = await server.signOn("Dan");
    await dan.rooms.join(ROOM);
    const ann = await signOn(server, browser, "Ann");
    await join(ann);
    await ann.waitForSelector(".members :text('Dan')");
    const line = "Grüße, café – “€ 5” & <b>no tag</b>";
    await write(ann, line);
    const uid = server.store.accounts.byNickname("Ann")!.uid;
    const heard = await dan.expect(roomMessageIn, lineOf({ uid }));
    deepEqual(heard.text, encodeText(line));
    await ann.waitForSelector(".line.own.sent");
    await ann.click("button[aria-label=bold]");
    await write(ann, "loud");
    const bold = await dan.expect(roomMessageIn, lineOf({ uid }));
    equal(decodeText(bold.text), "<pb>loud</pb>");
    await dan.rooms.say(
      ROOM,
      `<pfont color="#255"><pb>Hé</pb></pfont> <script>x</script> www.example.org`,
    );
    const said = ann.locator(".line:not(.own) .text", { hasText: "Hé" });
    equal(
      await said.innerText(),
      "Hé <script>x</script> www.example.org",
    );
    equal(
      await said.locator("a").getAttribute("href"),
      "http://www.example.org/",
    );
    equal(
      await said.locator("span", { hasText: "Hé" }).evaluate((e) =>
        // deno-lint-ignore no-explicit-any -- of the page
        (globalThis as any).getComputedStyle(e).color
      ),
      "rgb(255, 0, 0)",
    );
    // What the old client cannot show is not sent.
    await ann.fill(".composer textarea", "Привет");
    await ann.press(".composer textarea", "Enter");
    match(await ann.innerText(".composer .fault"), /cannot show “П”/);
  },
);

chatTest("messages, pals and presence", async (server, browser) => {
  await using dan = await server.signOn("Dan");
  const ann = await signOn(server, browser, "Ann");
  const uid = server.store.accounts.byNickname("Ann")!.uid;
  await dan.people.im(uid, "psst");
  await ann.click(".tabs :text('Dan')");
  await ann.waitForSelector(".line:has-text('psst')");
  await write(ann, "yes?");
  equal(decodeText((await dan.expect(imIn)).text), "yes?");
  await ann.click("text=Add to my pals");
  await ann.waitForSelector(".pals .person.online:has-text('Dan')");
  await dan.people.away("lunch");
  await ann.waitForSelector(".pals .person.away:has-text('Dan')");
  await dan.signOff();
  await ann.waitForSelector(".pals .person.offline:has-text('Dan')");
});

chatTest("hand, red dot and kick", async (server, browser) => {
  await using dan = await server.signOn("Dan");
  await dan.rooms.join(ROOM);
  const ann = await signOn(server, browser, "Ann");
  await join(ann);
  await ann.click("text=Raise my hand");
  await ann.waitForSelector(".members [aria-label^='hand up']");
  await ann.click("text=Lower my hand");
  await ann.waitForSelector("text=Raise my hand");
  const { uid } = server.store.accounts.byNickname("Ann")!;
  const boss = await server.addUser("Boss", { role: "superadmin" });
  await using staff = await server.signOn("Boss");
  equal(staff.uid, boss.uid);
  await staff.rooms.join(ROOM);
  await staff.send(redDot, { gid: ROOM, uid });
  await ann.waitForSelector(".members [aria-label='may not speak']");
  ok(await ann.isDisabled(".talk-key"));
  await staff.send(unredDot, { gid: ROOM, uid });
  await ann.waitForSelector(".talk-key:not([disabled])");
  server.live.kick(uid, "Be nice.");
  await ann.waitForSelector(".sign-on :text('Be nice.')");
});

chatTest(
  "a second sign-on ends the first for good",
  async (server, browser) => {
    const first = await signOn(server, browser, "Ann");
    const second = await signOn(server, browser, "Ann");
    await first.waitForSelector("text=signed on from another place");
    await first.waitForTimeout(1500);
    equal(await first.locator(".sign-on").count(), 1);
    equal(await second.locator(".chat").count(), 1);
  },
);

chatTest(
  "a lost connection comes back into its room",
  async (server, browser) => {
    await using dan = await server.signOn("Dan");
    await dan.rooms.join(ROOM);
    const ann = await signOn(server, browser, "Ann");
    await join(ann);
    await write(ann, "before");
    await ann.waitForSelector(".line.own.sent");
    await ann.context().setOffline(true);
    await ann.evaluate(() => {
      // The browser's own cut leaves open WebSockets alone.
      // deno-lint-ignore no-explicit-any -- of the page
      (globalThis as any).retropal.session.cutForTest();
    });
    await ann.waitForSelector("text=The connection was lost");
    await ann.context().setOffline(false);
    await ann.waitForSelector("text=The connection was lost", {
      state: "detached",
    });
    await ann.waitForSelector(".members :text('Dan')");
    await ann.waitForSelector(".line:has-text('before')");
    await write(ann, "after");
    const uid = server.store.accounts.byNickname("Ann")!.uid;
    await dan.expect(
      roomMessageIn,
      (line) => line.uid === uid && decodeText(line.text) === "after",
    );
  },
);

/** Samples that a client of 2002 hears, until a second is silent. */
async function listen(client: PaltalkClient, uid: number): Promise<number[]> {
  const decoder = new GsmDecoder();
  const samples: number[] = [];
  for (;;) {
    const heard = await client.voice.hear(uid, samples.length ? 1000 : 10_000)
      .catch(() => undefined);
    if (heard === undefined) return samples;
    const payload = heard.frame.subarray(12, heard.frame.length - 4);
    equal(payload.length, 132);
    for (let at = 0; at < payload.length; at += 33) {
      samples.push(...decoder.decode(payload.subarray(at, at + 33))!);
    }
  }
}

/** The best correlation of what was heard with a loop of our speech. */
function bestMatch(heard: readonly number[]): number {
  const said = speech(8000 * SPOKEN_S);
  const encoder = new GsmEncoder();
  const decoder = new GsmDecoder();
  const direct: number[] = [];
  for (let at = 0; at + 160 <= said.length; at += 160) {
    direct.push(
      ...decoder.decode(encoder.encode(said.subarray(at, at + 160)))!,
    );
  }
  const loop = [...direct, ...direct, ...direct];
  const part = heard.slice(8000, 24_000);
  let best = 0;
  for (let shift = 0; shift < direct.length; shift++) {
    // Coarse first: a tenth of the samples.
    let [ab, aa, bb] = [0, 0, 0];
    for (let i = 0; i < part.length; i += 16) {
      const [a, b] = [part[i]!, loop[shift + i]!];
      ab += a * b;
      aa += a * a;
      bb += b * b;
    }
    if (ab / Math.sqrt(aa * bb) > 0.4) {
      best = Math.max(
        best,
        correlation(part, loop.slice(shift, shift + part.length)),
      );
    }
  }
  return best;
}

chatTest(
  "speech is heard by the old client and by another page",
  async (server, browser) => {
    await using dan = await server.signOn("Dan");
    await dan.rooms.join(ROOM);
    const ann = await signOn(server, browser, "Ann");
    await join(ann);
    await ann.click("text=Settings");
    await ann.click("text=Cancel echo");
    await ann.click("button[aria-label=Close]");
    const bob = await signOn(server, browser, "Bob");
    await join(bob);
    await dan.voice.channel();
    const uid = server.store.accounts.byNickname("Ann")!.uid;
    const listening = listen(dan, uid);
    await ann.hover(".talk-key");
    await ann.mouse.down();
    await ann.waitForSelector(".talk-key.on");
    await bob.waitForSelector(".talk .speaker:has-text('Ann is speaking')");
    await ann.waitForTimeout(4500);
    await ann.mouse.up();
    const heard = await listening;
    ok(heard.length > 3.5 * 8000, `${heard.length} samples`);
    const likeness = bestMatch(heard);
    ok(likeness > 0.85, `correlation ${likeness}`);
  },
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

chatTest("speech of the old client is played", async (server, browser) => {
  await using dan = await server.signOn("Dan");
  await dan.rooms.join(ROOM);
  const ann = await signOn(server, browser, "Ann");
  await join(ann);
  // Everything that the page's player plays, as samples at its own rate.
  await ann.evaluate(async () => {
    // deno-lint-ignore no-explicit-any -- of the page
    const page = globalThis as any;
    while (page.retropal.voice.player === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { voice } = page.retropal;
    const tap = voice.audio.createScriptProcessor(4096, 1, 1);
    page.heard = [];
    tap.onaudioprocess = (event: {
      inputBuffer: { getChannelData(n: number): Float32Array };
    }) => page.heard.push(...event.inputBuffer.getChannelData(0));
    voice.player.output.connect(tap);
    tap.connect(voice.audio.destination);
  });
  await dan.voice.channel();
  const talker = new Talker(dan.uid);
  const channel = await dan.voice.channel();
  const encoder = new GsmEncoder();
  const said = speech(8000 * 4);
  const began = performance.now();
  for (let packet = 0; packet < 50; packet++) {
    const payload = new Uint8Array(132);
    for (let frame = 0; frame < 4; frame++) {
      const at = (4 * packet + frame) * 160;
      payload.set(encoder.encode(said.subarray(at, at + 160)), 33 * frame);
    }
    await channel.talk(talker.frame({ payload }));
    const wait = began + 80 * (packet + 1) - performance.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, wait)));
  }
  await ann.waitForTimeout(800);
  const [heard, rate] = await ann.evaluate(() => {
    // deno-lint-ignore no-explicit-any -- of the page
    const page = globalThis as any;
    const { sampleRate } = page.retropal.voice.audio;
    return [page.heard, sampleRate] as [number[], number];
  });
  const first = heard.findIndex((sample) => Math.abs(sample) > 0.001);
  ok(first >= 0, "nothing was played");
  const samples = Array.from(
    { length: 24_000 },
    (_, i) => heard[first + Math.round(i * rate / 8000)] ?? 0,
  );
  const likeness = bestMatch(samples);
  ok(likeness > 0.85, `correlation ${likeness}`);
});

chatTest("everything can be done by the keyboard", async (server, browser) => {
  await using dan = await server.signOn("Dan");
  await dan.rooms.join(ROOM);
  const page = await signOn(server, browser, "Ann");
  const uid = server.store.accounts.byNickname("Ann")!.uid;
  await page.focus(`button.name:text('${PORCH}')`);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".room-view");
  await page.focus(".composer textarea");
  await page.keyboard.type("typed");
  await page.keyboard.press("Enter");
  const line = await dan.expect(roomMessageIn, lineOf({ uid }));
  equal(decodeText(line.text), "typed");
  // The space bar talks where it is not needed to write.
  await page.focus(".lines");
  await page.keyboard.down("Space");
  await page.waitForSelector(".talk-key.on");
  await page.keyboard.up("Space");
  await page.waitForSelector(".talk-key:not(.on)");
  await page.focus("text=Settings");
  await page.keyboard.press("Enter");
  await page.waitForSelector("dialog[open]");
  await page.keyboard.press("Escape");
  await page.waitForSelector("dialog[open]", { state: "detached" });
});

chatTest(
  "no accessibility faults, on the desk and on a phone",
  async (server, browser) => {
    await using dan = await server.signOn("Dan");
    await dan.rooms.join(ROOM);
    await dan.rooms.say(ROOM, "hello");
    for (const [name, size] of [["desk", DESK], ["phone", PHONE]] as const) {
      const page = await signOn(
        server,
        browser,
        name === "desk" ? "Ann" : "Bob",
        size,
      );
      deepEqual(await accessibilityFaults(page), []);
      await screenshot(page, `chat-rooms-${name}`);
      await join(page);
      await page.waitForSelector(".members :text('Dan')");
      await write(page, "hello from here");
      deepEqual(await accessibilityFaults(page), []);
      await screenshot(page, `chat-room-${name}`);
      const wide = await page.evaluate(() =>
        // deno-lint-ignore no-explicit-any -- of the page
        (globalThis as any).document.documentElement.scrollWidth
      );
      ok(wide <= size.width, `${wide} wide`);
    }
  },
);

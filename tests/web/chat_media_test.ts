/**
 * Voice and webcams of the page /chat, between pages and clients of 2002.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { type PaltalkClient, Talker } from "../../lib/client/mod.ts";
import { GsmDecoder, GsmEncoder } from "../../lib/codec/gsm.ts";
import { correlation, speech } from "../support/signals.ts";
import {
  chatTest,
  join,
  signOn,
  SPOKEN_S,
  uidOf,
} from "./support/chat_page.ts";

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
  async (server, browser, room) => {
    await using dan = await server.signOn("Dan");
    await dan.rooms.join(room);
    const ann = await signOn(server, browser, "Ann");
    await join(ann);
    await ann.click("text=Settings");
    await ann.click("text=Cancel echo");
    await ann.click("button[aria-label=Close]");
    const bob = await signOn(server, browser, "Bob");
    await join(bob);
    await dan.voice.channel();
    const uid = uidOf(server, "Ann");
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

chatTest(
  "speech of the old client is played",
  async (server, browser, room) => {
    await using dan = await server.signOn("Dan");
    await dan.rooms.join(room);
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
  },
);

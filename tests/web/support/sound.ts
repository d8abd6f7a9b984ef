/**
 * What pages and clients of 2002 say and hear, for tests of the page /chat.
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import { type PaltalkClient, Talker } from "../../../lib/client/mod.ts";
import { GsmDecoder, GsmEncoder } from "../../../lib/codec/gsm.ts";
import { correlation, speech } from "../../support/signals.ts";

/** Length of the loop that a made-up microphone plays. */
export const SPOKEN_S = 8;

/** A page of Chromium or Firefox. */
interface Scripted {
  evaluate<T>(work: () => T): Promise<Awaited<T>>;
}

/** Speaks at the pace of the old client; returns the payloads. */
export async function talkFor(
  client: PaltalkClient,
  seconds: number,
): Promise<number[][]> {
  const channel = await client.voice.channel();
  const talker = new Talker(client.uid);
  const encoder = new GsmEncoder();
  const said = speech(8000 * seconds);
  const packets: number[][] = [];
  const began = performance.now();
  for (let packet = 0; packet < 12.5 * seconds; packet++) {
    const payload = new Uint8Array(132);
    for (let frame = 0; frame < 4; frame++) {
      const at = (4 * packet + frame) * 160;
      payload.set(encoder.encode(said.subarray(at, at + 160)), 33 * frame);
    }
    packets.push([...payload]);
    await channel.talk(talker.frame({ payload }));
    const wait = began + 80 * (packet + 1) - performance.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, wait)));
  }
  return packets;
}

/** Samples that a client of 2002 hears, until a second is silent. */
export async function listen(
  client: PaltalkClient,
  uid: number,
  packets: number[][],
): Promise<number[]> {
  const decoder = new GsmDecoder();
  const samples: number[] = [];
  for (;;) {
    const heard = await client.voice.hear(uid, samples.length ? 1000 : 10_000)
      .catch(() => undefined);
    if (heard === undefined) return samples;
    const payload = heard.frame.subarray(12, heard.frame.length - 4);
    equal(payload.length, 132);
    packets.push([...payload]);
    for (let at = 0; at < payload.length; at += 33) {
      samples.push(...decoder.decode(payload.subarray(at, at + 33))!);
    }
  }
}

/** Keeps what the page's player plays, and the packets that reach it. */
export async function tap(page: Scripted): Promise<void> {
  await page.evaluate(async () => {
    // deno-lint-ignore no-explicit-any -- of the page
    const page = globalThis as any;
    while (page.retropal.voice.player === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { voice } = page.retropal;
    const { player } = voice;
    page.packets = [];
    const play = player.play.bind(player);
    player.play = (speaker: number, payload: Uint8Array) => {
      page.packets.push([...payload]);
      play(speaker, payload);
    };
    const tap = voice.audio.createScriptProcessor(4096, 1, 1);
    page.heard = [];
    tap.onaudioprocess = (event: {
      inputBuffer: { getChannelData(n: number): Float32Array };
    }) => page.heard.push(...event.inputBuffer.getChannelData(0));
    player.output.connect(tap);
    tap.connect(voice.audio.destination);
  });
}

/** What {@linkcode tap} has kept; three seconds of sound at 8 kHz. */
export async function tapped(
  page: Scripted,
): Promise<{ samples: number[]; packets: number[][] }> {
  const [heard, rate, packets] = await page.evaluate(() => {
    // deno-lint-ignore no-explicit-any -- of the page
    const page = globalThis as any;
    const { sampleRate } = page.retropal.voice.audio;
    return [page.heard, sampleRate, page.packets] as [
      number[],
      number,
      number[][],
    ];
  });
  const first = heard.findIndex((sample) => Math.abs(sample) > 0.001);
  ok(first >= 0, "nothing was played");
  const samples = Array.from(
    { length: 24_000 },
    (_, i) => heard[first + Math.round(i * rate / 8000)] ?? 0,
  );
  return { samples, packets };
}

/** The best correlation of what was heard with a loop of our speech. */
export function bestMatch(heard: readonly number[]): number {
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

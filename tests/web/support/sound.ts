/**
 * Sound that pages and old clients send and receive, for tests of the page
 * /chat.
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import { type PaltalkClient, Talker } from "../../../lib/client/mod.ts";
import { GsmDecoder, GsmEncoder } from "../../../lib/codec/gsm.ts";
import { correlation, speech } from "../../support/signals.ts";

/** Length of the loop, in seconds, that a simulated microphone plays. */
export const SPOKEN_S = 8;

/** A page of Chromium or Firefox. */
interface Scripted {
  evaluate<T>(work: () => T): Promise<Awaited<T>>;
}

/** Speaks at the pace of the old client. Returns the payloads. */
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
  for (let packet = 0; packet < Math.floor(12.5 * seconds); packet++) {
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

/** Returns the samples that an old client hears, until a second is silent. */
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

/** Records what the page's player plays from now on, and the packets. */
export async function tap(page: Scripted): Promise<void> {
  await page.evaluate(async () => {
    // deno-lint-ignore no-explicit-any -- of the page
    const page = globalThis as any;
    while (page.retropal.voice.player === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { voice } = page.retropal;
    const { player } = voice;
    const isTapped = page.packets !== undefined;
    page.packets = [];
    page.heard = [];
    if (isTapped) return;
    const play = player.play.bind(player);
    player.play = (speaker: number, payload: Uint8Array) => {
      page.packets.push([...payload]);
      play(speaker, payload);
    };
    const tap = voice.audio.createScriptProcessor(16_384, 1, 1);
    tap.onaudioprocess = (event: {
      inputBuffer: { getChannelData(n: number): Float32Array };
    }) => page.heard.push(...event.inputBuffer.getChannelData(0));
    player.output.connect(tap);
    tap.connect(voice.audio.destination);
  });
}

/** Returns the recording of {@linkcode tap}: three seconds at 8 kHz. */
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

/** The generated speech after the codec alone, three times in a row. */
const direct = (() => {
  let made: number[] | undefined;
  return () => {
    if (made !== undefined) return made;
    const said = speech(8000 * SPOKEN_S);
    const encoder = new GsmEncoder();
    const decoder = new GsmDecoder();
    const once: number[] = [];
    for (let at = 0; at + 160 <= said.length; at += 160) {
      const frame = encoder.encode(said.subarray(at, at + 160));
      once.push(...decoder.decode(frame)!);
    }
    return made = [...once, ...once, ...once];
  };
})();

const ALIKE = 0.9;
/** Samples of a window; every eighth offset is tried first. */
const WINDOW = 8000;
const COARSE = 8;

/**
 * Returns the best correlation of one second of the recording with the
 * generated speech. Later seconds are tried as well, because on a busy machine
 * one of them may have a gap.
 */
export function bestMatch(heard: readonly number[]): number {
  let best = 0;
  for (let at = WINDOW; at + WINDOW <= heard.length && best < ALIKE;) {
    best = Math.max(best, matchOf(heard.slice(at, at + WINDOW)));
    at += WINDOW;
  }
  return best;
}

function matchOf(part: readonly number[]): number {
  const loop = direct();
  let best = 0;
  for (let shift = 0; shift < loop.length / 3; shift++) {
    let [ab, aa, bb] = [0, 0, 0];
    for (let i = 0; i < part.length; i += COARSE) {
      const [a, b] = [part[i]!, loop[shift + i]!];
      ab += a * b;
      aa += a * a;
      bb += b * b;
    }
    if (ab / Math.sqrt(aa * bb) < 0.4) continue;
    const same = loop.slice(shift, shift + part.length);
    best = Math.max(best, correlation(part, same));
    if (best > ALIKE) return best;
  }
  return best;
}

/** Samples of 20 ms, the codec's frame. */
const FRAME = 160;
const BANDS_HZ = [250, 400, 630, 1000, 1600, 2500, 3400];

/**
 * Returns how much of the speech is left, as a listener would notice: loudness
 * in dB, shape of the spectrum, and changes of loudness over time.
 */
export function resemblance(
  heard: readonly number[],
): { level: number; spectrum: number; rhythm: number } {
  const loop = withoutOffset(direct());
  const part = withoutOffset(heard.slice(8000));
  const mine = envelope(part);
  const all = envelope(loop);
  let [rhythm, at] = [-1, 0];
  for (let shift = 0; shift < all.length / 3; shift++) {
    const there = centred(all.slice(shift, shift + mine.length));
    const one = correlation(centred(mine), there);
    if (one > rhythm) [rhythm, at] = [one, shift];
  }
  const same = loop.slice(at * FRAME, at * FRAME + part.length);
  return {
    level: 20 * Math.log10(mean(envelope(part)) / mean(envelope(same))),
    spectrum: correlation(centred(bands(part)), centred(bands(same))),
    rhythm,
  };
}

/** Removes the offset that the codec leaves in pauses. */
function withoutOffset(samples: readonly number[]): number[] {
  return samples.map((one, i) => one - (samples[i - 1] ?? one));
}

/** Returns the loudness of each frame. */
function envelope(samples: readonly number[]): number[] {
  return Array.from(
    { length: Math.floor(samples.length / FRAME) },
    (_, i) => mean(samples.slice(i * FRAME, (i + 1) * FRAME).map(Math.abs)),
  );
}

/** Returns the loudness of each band in dB. */
function bands(samples: readonly number[]): number[] {
  return BANDS_HZ.map((hertz) => {
    // Goertzel's algorithm, frame by frame.
    const k = 2 * Math.cos(2 * Math.PI * hertz / 8000);
    let power = 0;
    for (let at = 0; at + FRAME <= samples.length; at += FRAME) {
      let [a, b] = [0, 0];
      for (let i = 0; i < FRAME; i++) {
        [a, b] = [samples[at + i]! + k * a - b, a];
      }
      power += a * a + b * b - k * a * b;
    }
    return 10 * Math.log10(power);
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}

function centred(values: readonly number[]): number[] {
  const middle = mean(values);
  return values.map((one) => one - middle);
}

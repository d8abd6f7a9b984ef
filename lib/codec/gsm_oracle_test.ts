/**
 * Compares the codec with libgsm, if one of its tools is installed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { dice, SIGNALS } from "../../tests/support/signals.ts";
import {
  FRAME_BYTES,
  GsmDecoder,
  GsmEncoder,
  SAMPLES_PER_FRAME,
} from "./gsm.ts";

const FRAMES = 300;

/** A program that encodes raw samples as frames, and decodes them. */
interface Oracle {
  readonly program: string;
  /**
   * Returns the arguments for reading `from` and writing `to` or standard
   * output.
   */
  encode(from: string, to: string): string[];
  decode(from: string, to: string): string[];
}

const RAW = ["-t", "raw", "-r", "8000", "-c", "1", "-e", "signed", "-b", "16"];
const ORACLES: readonly Oracle[] = [
  {
    program: "toast",
    encode: (from) => ["-l", "-p", "-c", from],
    decode: (from) => ["-d", "-l", "-p", "-c", from],
  },
  {
    program: "sox",
    encode: (from, to) => [...RAW, from, "-t", "gsm", to],
    decode: (from, to) => ["-t", "gsm", "-r", "8000", from, ...RAW, to],
  },
];

async function run(
  program: string,
  args: string[],
): Promise<Uint8Array | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(program, {
      stderr: "null",
      args,
    }).output();
    return success ? stdout : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Runs a program on a file of `bytes` and returns its output. */
async function through(
  program: string,
  args: (from: string, to: string) => string[],
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const folder = await Deno.makeTempDir({ prefix: "retropal-gsm-" });
  try {
    const [from, to] = [`${folder}/from.gsm`, `${folder}/to`];
    await Deno.writeFile(from, bytes);
    const output = await run(program, args(from, to));
    assert.ok(output, `${program} failed`);
    return output.length > 0 ? output : await Deno.readFile(to);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const bytesOf = (samples: Int16Array) =>
  new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);

function encodeAll(samples: Int16Array): Uint8Array {
  const encoder = new GsmEncoder();
  const out = new Uint8Array(FRAMES * FRAME_BYTES);
  for (let i = 0; i < FRAMES; i++) {
    const at = i * SAMPLES_PER_FRAME;
    const part = samples.subarray(at, at + SAMPLES_PER_FRAME);
    out.set(encoder.encode(part), i * FRAME_BYTES);
  }
  return out;
}

function decodeAll(frames: Uint8Array): Int16Array {
  const decoder = new GsmDecoder();
  const count = frames.length / FRAME_BYTES;
  const out = new Int16Array(count * SAMPLES_PER_FRAME);
  for (let i = 0; i < count; i++) {
    const at = i * FRAME_BYTES;
    const part = decoder.decode(frames.subarray(at, at + FRAME_BYTES));
    assert.ok(part, `frame ${i} was not decoded`);
    out.set(part, i * SAMPLES_PER_FRAME);
  }
  return out;
}

/** Returns frames with random bits, except for the signature. */
function randomFrames(seed: number): Uint8Array {
  const roll = dice(seed);
  const frames = new Uint8Array(FRAMES * FRAME_BYTES);
  for (let i = 0; i < frames.length; i++) frames[i] = roll() * 256;
  for (let at = 0; at < frames.length; at += FRAME_BYTES) {
    frames[at] = 0xd0 | frames[at]! & 0xf;
  }
  return frames;
}

/**
 * Compares two results and reports the first frame that differs, instead of a
 * dump of both.
 */
function same(ours: Uint8Array, theirs: Uint8Array, frameBytes: number): void {
  assert.equal(ours.length, theirs.length);
  for (let at = 0; at < ours.length; at += frameBytes) {
    const end = at + frameBytes;
    assert.deepEqual(
      ours.subarray(at, end),
      theirs.subarray(at, end),
      `frame ${at / frameBytes} differs`,
    );
  }
}

const DECODED_BYTES = 2 * SAMPLES_PER_FRAME;

for (const { program, encode, decode } of ORACLES) {
  Deno.test({
    name: `GSM: the same bits as ${program} in both directions`,
    ignore: await run(program, ["-h"]) === undefined,
    async fn() {
      for (const make of Object.values(SIGNALS)) {
        const samples = make(FRAMES * SAMPLES_PER_FRAME);
        const frames = encodeAll(samples);
        const theirs = await through(program, encode, bytesOf(samples));
        same(frames, theirs, FRAME_BYTES);
        const played = await through(program, decode, frames);
        same(bytesOf(decodeAll(frames)), played, DECODED_BYTES);
      }
      for (let seed = 0; seed < 10; seed++) {
        const frames = randomFrames(seed);
        const played = await through(program, decode, frames);
        same(bytesOf(decodeAll(frames)), played, DECODED_BYTES);
      }
    },
  });
}

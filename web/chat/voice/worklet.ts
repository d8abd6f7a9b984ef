/**
 * Runs on the audio thread: converts the microphone's samples to 8 kHz and
 * encodes them, four frames to a packet like the old client.
 *
 * @module
 */
import { GsmEncoder } from "../../../lib/codec/gsm_encoder.ts";
import { FRAME_BYTES } from "../../../lib/codec/gsm_frame.ts";
import { SAMPLES_PER_FRAME } from "../../../lib/codec/gsm_tables.ts";
import { Downsampler } from "./downsampler.ts";

declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(
  name: string,
  processor: new () => AudioWorkletProcessor,
): void;

const FRAMES_PER_PACKET = 4;

/** Message from the worklet to the page. */
export interface FromMicrophone {
  /** Loudest sample since the last message, from 0 to 1. */
  readonly level: number;
  /** Payload of a packet while the user talks. */
  readonly payload?: Uint8Array;
}

class GsmMicrophone extends AudioWorkletProcessor {
  readonly #down = new Downsampler(sampleRate);
  readonly #samples = new Int16Array(SAMPLES_PER_FRAME);
  #count = 0;
  #encoder = new GsmEncoder();
  #payload = new Uint8Array(FRAMES_PER_PACKET * FRAME_BYTES);
  #frames = 0;
  #level = 0;
  #talking = false;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => {
      this.#talking = data === true;
      if (!this.#talking) this.#frames = 0;
    };
  }

  process([input]: Float32Array[][]): boolean {
    const channel = input?.[0];
    if (channel === undefined) return true;
    this.#down.push(channel, (sample) => this.#take(sample));
    return true;
  }

  #take(sample: number): void {
    this.#level = Math.max(this.#level, Math.abs(sample));
    const scaled = Math.round(sample * 32767);
    this.#samples[this.#count++] = Math.max(-32768, Math.min(32767, scaled));
    if (this.#count < SAMPLES_PER_FRAME) return;
    this.#count = 0;
    if (!this.#talking) {
      if (++this.#frames % FRAMES_PER_PACKET === 0) this.#post();
      return;
    }
    const frame = this.#encoder.encode(this.#samples);
    this.#payload.set(frame, this.#frames % FRAMES_PER_PACKET * FRAME_BYTES);
    if (++this.#frames % FRAMES_PER_PACKET !== 0) return;
    this.#post(this.#payload.slice());
  }

  #post(payload?: Uint8Array): void {
    const message: FromMicrophone = {
      level: this.#level,
      ...(payload && { payload }),
    };
    this.port.postMessage(message);
    this.#level = 0;
  }
}

registerProcessor("gsm-microphone", GsmMicrophone);

/**
 * Plays what one room's talkers say, behind a jitter buffer that grows when
 * the line is uneven and shrinks again.
 *
 * @module
 */
import { GsmDecoder } from "../../../lib/codec/gsm_decoder.ts";
import { FRAME_BYTES } from "../../../lib/codec/gsm_frame.ts";
import { SAMPLE_RATE } from "../../../lib/codec/gsm_tables.ts";

const [LEAST_S, MOST_S] = [0.12, 0.5];
const SHRINK = 0.995;
const GROW = 1.5;
/** Waiting sound beyond this is thrown away: the listener is behind. */
const BEHIND_S = 2;

export class Player {
  readonly #audio: AudioContext;
  readonly #gain: GainNode;
  readonly #decoders = new Map<number, GsmDecoder>();
  #speaker = 0;
  #delay = LEAST_S;
  /** When what was scheduled last ends. */
  #until = 0;

  constructor(audio: AudioContext) {
    this.#audio = audio;
    this.#gain = audio.createGain();
    this.#gain.connect(audio.destination);
  }

  set volume(volume: number) {
    this.#gain.gain.value = volume;
  }

  /** Where tests and level meters listen. */
  get output(): AudioNode {
    return this.#gain;
  }

  /** Plays the payload of one packet. */
  play(speaker: number, payload: Uint8Array): void {
    const samples = this.#decode(speaker, payload);
    if (samples.length === 0) return;
    const now = this.#audio.currentTime;
    const isGap = this.#until < now;
    if (speaker !== this.#speaker) this.#speaker = speaker;
    else if (isGap && now - this.#until < 0.3) {
      // It ran dry within a sentence.
      this.#delay = Math.min(MOST_S, this.#delay * GROW);
    }
    this.#delay = Math.max(LEAST_S, this.#delay * SHRINK);
    if (isGap) this.#until = now + this.#delay;
    if (this.#until - now > BEHIND_S) return;
    const buffer = this.#audio.createBuffer(1, samples.length, SAMPLE_RATE);
    buffer.copyToChannel(samples, 0);
    const source = this.#audio.createBufferSource();
    source.buffer = buffer;
    source.connect(this.#gain);
    source.start(this.#until);
    this.#until += buffer.duration;
  }

  forget(): void {
    this.#decoders.clear();
    this.#gain.disconnect();
  }

  #decode(speaker: number, payload: Uint8Array): Float32Array<ArrayBuffer> {
    let decoder = this.#decoders.get(speaker);
    if (decoder === undefined) {
      decoder = new GsmDecoder();
      this.#decoders.set(speaker, decoder);
    }
    const parts: Int16Array[] = [];
    for (let at = 0; at + FRAME_BYTES <= payload.length; at += FRAME_BYTES) {
      const part = decoder.decode(payload.subarray(at, at + FRAME_BYTES));
      if (part !== undefined) parts.push(part);
    }
    const all = new Float32Array(
      parts.reduce((sum, part) => sum + part.length, 0),
    );
    let at = 0;
    for (const part of parts) {
      for (const sample of part) all[at++] = sample / 32768;
    }
    return all;
  }
}

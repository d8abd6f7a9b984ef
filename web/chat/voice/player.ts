/**
 * Plays what one room's talkers say; in rooms with a free floor several are
 * heard at once.
 *
 * @module
 */
import { SAMPLE_RATE } from "../../../lib/codec/gsm_tables.ts";
import { Talk } from "./talk.ts";

/** Talkers whose decoders are kept; a room has few at a time. */
const MOST_TALKERS = 16;

export class Player {
  readonly #audio: AudioContext;
  readonly #gain: GainNode;
  /** By uid, who spoke last at the end. */
  readonly #talks = new Map<number, Talk>();

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
    const talk = this.#talkOf(speaker);
    const samples = talk.decode(payload);
    if (samples.length === 0) return;
    const buffer = this.#audio.createBuffer(1, samples.length, SAMPLE_RATE);
    const at = talk.schedule(this.#audio.currentTime, buffer.duration);
    if (at === undefined) return;
    buffer.copyToChannel(samples, 0);
    const source = this.#audio.createBufferSource();
    source.buffer = buffer;
    source.connect(this.#gain);
    source.start(at);
  }

  forget(): void {
    this.#talks.clear();
    this.#gain.disconnect();
  }

  #talkOf(speaker: number): Talk {
    const talk = this.#talks.get(speaker) ?? new Talk();
    this.#talks.delete(speaker);
    this.#talks.set(speaker, talk);
    if (this.#talks.size > MOST_TALKERS) {
      for (const oldest of this.#talks.keys()) {
        this.#talks.delete(oldest);
        break;
      }
    }
    return talk;
  }
}

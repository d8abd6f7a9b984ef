/**
 * Plays the speakers of one room, several at the same time if its floor is
 * free.
 *
 * @module
 */
import { SAMPLE_RATE } from "../../../lib/codec/gsm_tables.ts";
import { Talk } from "./talk.ts";

/** Maximum speakers whose decoders are kept; few speak at a time. */
const MOST_TALKERS = 16;

export class Player {
  readonly #audio: AudioContext;
  readonly #gain: GainNode;
  /** Speakers by uid, most recent last. */
  readonly #talks = new Map<number, Talk>();

  constructor(audio: AudioContext) {
    this.#audio = audio;
    this.#gain = audio.createGain();
    this.#gain.connect(audio.destination);
  }

  set volume(volume: number) {
    this.#gain.gain.value = volume;
  }

  /** Node to which tests and level meters connect. */
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

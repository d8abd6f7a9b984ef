/**
 * What one talker says: decoded, and scheduled behind a jitter buffer that
 * grows when the line is uneven and shrinks again.
 *
 * @module
 */
import { GsmDecoder } from "../../../lib/codec/gsm_decoder.ts";
import { FRAME_BYTES } from "../../../lib/codec/gsm_frame.ts";

const [LEAST_S, MOST_S] = [0.12, 0.5];
const SHRINK = 0.995;
const GROW = 1.5;
/** Waiting sound beyond this is thrown away: the listener is behind. */
const BEHIND_S = 2;
/** A shorter silence lies within a sentence. */
const PAUSE_S = 0.3;
/** One talker's decoder, and when their sound is due. */
export class Talk {
  readonly #decoder = new GsmDecoder();
  #delay = LEAST_S;
  /** When what was scheduled last ends. */
  #until = 0;

  /** When the next `duration` seconds are to be played; undefined: never. */
  schedule(now: number, duration: number): number | undefined {
    const isGap = this.#until < now;
    if (isGap && now - this.#until < PAUSE_S) {
      this.#delay = Math.min(MOST_S, this.#delay * GROW);
    }
    this.#delay = Math.max(LEAST_S, this.#delay * SHRINK);
    if (isGap) this.#until = now + this.#delay;
    if (this.#until - now > BEHIND_S) return undefined;
    const at = this.#until;
    this.#until += duration;
    return at;
  }

  decode(payload: Uint8Array): Float32Array<ArrayBuffer> {
    const parts: Int16Array[] = [];
    for (let at = 0; at + FRAME_BYTES <= payload.length; at += FRAME_BYTES) {
      const part = this.#decoder.decode(payload.subarray(at, at + FRAME_BYTES));
      if (part !== undefined) parts.push(part);
    }
    const count = parts.reduce((sum, part) => sum + part.length, 0);
    const all = new Float32Array(count);
    let at = 0;
    for (const part of parts) {
      for (const sample of part) all[at++] = sample / 32768;
    }
    return all;
  }
}

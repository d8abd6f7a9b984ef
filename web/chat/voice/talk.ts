/**
 * The voice of one speaker: decodes it, and schedules it behind a jitter buffer
 * that grows when packets arrive unevenly and shrinks again.
 *
 * @module
 */
import { GsmDecoder } from "../../../lib/codec/gsm_decoder.ts";
import { FRAME_BYTES } from "../../../lib/codec/gsm_frame.ts";

const [LEAST_S, MOST_S] = [0.12, 0.5];
const SHRINK = 0.995;
const GROW = 1.5;
/**
 * Seconds of buffered sound beyond which it is dropped, because the listener
 * lags behind.
 */
const BEHIND_S = 2;
/** Seconds of silence that end a sentence. */
const PAUSE_S = 0.3;
/** One speaker's decoder and playback schedule. */
export class Talk {
  readonly #decoder = new GsmDecoder();
  #delay = LEAST_S;
  /** End of the last scheduled sound. */
  #until = 0;

  /**
   * Returns the time at which to play the next `duration` seconds; undefined to
   * drop them.
   */
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

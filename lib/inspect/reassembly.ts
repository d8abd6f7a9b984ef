/**
 * Reassembles one direction of a TCP connection: repeated bytes are dropped,
 * early ones wait.
 *
 * @module
 */
import type { Segment } from "./ip.ts";

/** Maximum bytes waiting for a segment that the capture may not contain. */
const MOST_WAITING = 1_000_000;

export class Reassembly {
  #next: number | null = null;
  #waiting: { sequence: number; payload: Uint8Array }[] = [];
  #waitingBytes = 0;
  /** Bytes missing from the capture. */
  missing = 0;

  /** Adds a segment. Returns every piece that is now in order. */
  push({ sequence, syn, payload }: Segment): Uint8Array[] {
    if (syn) {
      this.#next = (sequence + 1) >>> 0;
      return [];
    }
    if (payload.length === 0) return [];
    this.#next ??= sequence;
    this.#waiting.push({ sequence, payload });
    this.#waitingBytes += payload.length;
    const ready = this.#ready();
    if (ready.length === 0 && this.#waitingBytes > MOST_WAITING) {
      this.#skip();
      return this.#ready();
    }
    return ready;
  }

  /**
   * Returns the waiting pieces at the end of the capture, skipping the gaps.
   */
  finish(): Uint8Array[] {
    const all: Uint8Array[] = [];
    while (this.#waiting.length > 0) {
      this.#skip();
      all.push(...this.#ready());
    }
    return all;
  }

  #ready(): Uint8Array[] {
    const ready: Uint8Array[] = [];
    let found = true;
    while (found) {
      found = false;
      for (const [i, { sequence, payload }] of this.#waiting.entries()) {
        const behind = distance(sequence, this.#next ?? 0);
        if (behind < 0) continue;
        this.#waiting.splice(i, 1);
        this.#waitingBytes -= payload.length;
        if (behind < payload.length) {
          const fresh = payload.subarray(behind);
          ready.push(fresh);
          this.#next = ((this.#next ?? 0) + fresh.length) >>> 0;
        }
        found = true;
        break;
      }
    }
    return ready;
  }

  /** Skips the gap before the earliest waiting piece. */
  #skip(): void {
    const next = this.#next ?? 0;
    const nearest = Math.min(
      ...this.#waiting.map(({ sequence }) => distance(next, sequence)),
    );
    this.missing += nearest;
    this.#next = (next + nearest) >>> 0;
  }
}

/**
 * Returns how far `b` is behind `a`, with sequence numbers that wrap around.
 */
function distance(a: number, b: number): number {
  return (b - a) | 0;
}

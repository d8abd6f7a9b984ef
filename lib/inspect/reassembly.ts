/**
 * One direction of a TCP connection put in order: what came twice is passed
 * over, what came early waits.
 *
 * @module
 */
import type { Segment } from "./ip.ts";

/** Bytes that wait for a segment that the capture may never have seen. */
const MOST_WAITING = 1_000_000;

export class Reassembly {
  #next: number | null = null;
  #waiting: { sequence: number; payload: Uint8Array }[] = [];
  #waitingBytes = 0;
  /** Bytes that the capture lacks. */
  missing = 0;

  /** Every piece that is in order now. */
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

  /** At the end of the capture: what still waits, over the gaps. */
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

  /** Gives up what is missing before the earliest piece. */
  #skip(): void {
    const next = this.#next ?? 0;
    const nearest = Math.min(
      ...this.#waiting.map(({ sequence }) => distance(next, sequence)),
    );
    this.missing += nearest;
    this.#next = (next + nearest) >>> 0;
  }
}

/** How far `b` lies behind `a` on the circle of sequence numbers. */
function distance(a: number, b: number): number {
  return (b - a) | 0;
}

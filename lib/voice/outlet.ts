/**
 * The queue of frames to one listener, and the only writer of its connection.
 *
 * One write is in flight at a time. Frames that arrive meanwhile wait, and are
 * merged into the next write. A listener that does not keep up loses its oldest
 * frames first, and only whole ones: a frame that has been written in part is
 * always finished, because a cut frame makes the client deaf until it is
 * restarted (docs/protocol.md, "What breaks the client").
 *
 * @module
 */

import { PREFIX_BYTES, u32 } from "../protocol/rtp.ts";
import type { VoiceLimits } from "./limits.ts";
import type { Traffic } from "./counters.ts";

/**
 * A write that takes at least this many milliseconds means lag; less is a
 * burst.
 */
export const LAG_MS = 200;
/** Bytes that may always wait. */
export const MOST_BYTES = 65_536;
/** The largest merged write. */
const MERGE_BYTES = 16_384;

export interface OutletOptions {
  /**
   * Resolves to the number of bytes written, which may be smaller than given.
   */
  readonly write: (bytes: Uint8Array) => Promise<number>;
  readonly limits: Pick<VoiceLimits, "queueFrames">;
  readonly traffic: Traffic;
  /** Called when the connection accepts no more bytes. */
  readonly failed: (error: unknown) => void;
}

export class Outlet {
  readonly #options: OutletOptions;
  /** Runs of whole frames, oldest first, with the number of frames in each. */
  readonly #runs: Uint8Array[] = [];
  readonly #counts: number[] = [];
  #frames = 0;
  #bytes = 0;
  /** The bytes being written, from the first unwritten one. */
  #rest: Uint8Array | undefined;
  #whole = true;
  /**
   * When a tick first saw the write in flight, so that no frame reads the
   * clock.
   */
  #since: number | undefined;
  #late = false;
  #merged: Uint8Array<ArrayBuffer> | undefined;
  #closed = false;
  #finished: Promise<void> | undefined;
  #idle: (() => void) | undefined;
  readonly #written = (count: number) => this.#onWritten(count);
  readonly #failed = (error: unknown) => this.#onFailed(error);

  constructor(options: OutletOptions) {
    this.#options = options;
  }

  /** Milliseconds for which the write in flight has made no progress. */
  stuckFor(now: number): number {
    return this.#since === undefined ? 0 : now - this.#since;
  }

  /** To be called a few times per second. */
  tick(now: number): void {
    if (this.#rest === undefined) return;
    this.#since ??= now;
    this.#late = now - this.#since >= LAG_MS;
  }

  /** Returns false while a frame has been written only in part. */
  get whole(): boolean {
    return this.#whole;
  }

  /** Queues frames and returns the number of frames dropped. */
  send(run: Uint8Array, frames: number): number {
    if (this.#closed) return 0;
    if (this.#rest === undefined) {
      this.#options.traffic.out += frames;
      this.#write(run);
      return 0;
    }
    this.#runs.push(run);
    this.#counts.push(frames);
    this.#frames += frames;
    this.#bytes += run.length;
    const dropped = this.#trim();
    const { traffic } = this.#options;
    traffic.dropped += dropped;
    traffic.worstQueue = Math.max(traffic.worstQueue, this.#frames);
    return dropped;
  }

  /**
   * Accepts no more frames and discards those that wait. Resolves when the
   * write in flight is done, so that the stream ends between whole frames.
   */
  finish(): Promise<void> {
    this.#closed = true;
    this.#runs.length =
      this.#counts.length =
      this.#frames =
      this.#bytes =
        0;
    if (this.#rest === undefined) return Promise.resolve();
    return new Promise((done) => this.#idle = done);
  }

  #trim(): number {
    const { queueFrames } = this.#options.limits;
    let dropped = 0;
    while (
      this.#frames > 1 &&
      (this.#bytes > MOST_BYTES || (this.#late && this.#frames > queueFrames))
    ) {
      const oldest = this.#runs[0]!;
      const size = PREFIX_BYTES + u32(oldest, 0);
      if (this.#counts[0]! > 1) {
        this.#runs[0] = oldest.subarray(size);
        this.#counts[0]!--;
      } else {
        this.#runs.shift();
        this.#counts.shift();
      }
      this.#frames--;
      this.#bytes -= size;
      dropped++;
    }
    return dropped;
  }

  #write(bytes: Uint8Array): void {
    this.#rest = bytes;
    this.#since = undefined;
    this.#late = false;
    this.#options.write(bytes).then(this.#written, this.#failed);
  }

  #onWritten(count: number): void {
    const rest = this.#rest!;
    if (count < rest.length) {
      this.#whole = false;
      this.#write(rest.subarray(count));
      return;
    }
    this.#whole = true;
    this.#rest = this.#since = undefined;
    if (this.#closed) return this.#idle?.();
    if (this.#runs.length > 0) this.#write(this.#next());
  }

  #onFailed(error: unknown): void {
    this.#rest = this.#since = undefined;
    const closed = this.#closed;
    this.#closed = true;
    this.#idle?.();
    if (!closed) this.#options.failed(error);
  }

  /**
   * Returns the next write: the waiting runs, merged when there are several.
   */
  #next(): Uint8Array {
    let runs = 0;
    let bytes = 0;
    for (const run of this.#runs) {
      if (runs > 0 && bytes + run.length > MERGE_BYTES) break;
      runs++;
      bytes += run.length;
    }
    const taken = this.#runs.splice(0, runs);
    let frames = 0;
    for (const count of this.#counts.splice(0, runs)) frames += count;
    this.#frames -= frames;
    this.#bytes -= bytes;
    this.#options.traffic.out += frames;
    if (runs === 1) return taken[0]!;
    // Can be reused: only one write is in flight, and it has ended.
    this.#merged ??= new Uint8Array(MERGE_BYTES);
    let at = 0;
    for (const run of taken) {
      this.#merged.set(run, at);
      at += run.length;
    }
    return this.#merged.subarray(0, at);
  }
}

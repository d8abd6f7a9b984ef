/**
 * The only writer of one connection: a bounded queue with one write in flight;
 * waiting frames are merged into one buffer (docs/performance.md).
 *
 * @module
 */
import type { Receipt } from "../../domain/effects.ts";
import { concat } from "../../protocol/bytes.ts";

/** The part of a connection that an outbox needs. */
export interface Sink {
  write(bytes: Uint8Array): Promise<number>;
}

/** The connection that an outbox reports to. */
export interface OutboxOwner {
  /** The steady clock, in milliseconds. */
  readonly now: number;
  /** Called when everything up to the frame with this receipt is written. */
  written(receipt: Receipt): void;
  /**
   * Called at most once: the queue is over its bound, and the outbox has
   * stopped.
   */
  overflowed(): void;
  /** Called at most once: a write has failed, and the outbox has stopped. */
  writeFailed(error: unknown): void;
}

/**
 * Waiting frames are merged up to this many bytes: one system call for many.
 */
const MERGE_BYTES = 65_536;

/**
 * A burst alone does not make a client slow: it may have joined several full
 * rooms together, or two members may write as fast as they can. A client over
 * the bound counts as slow when it reads nothing for this many milliseconds, or
 * when a multiple of the bound waits.
 */
const LATE_MS = 500;
const BURST = 8;

interface Mark {
  /** Total of written bytes at which the receipt is due. */
  readonly at: number;
  readonly receipt: Receipt;
}

export class Outbox {
  readonly #sink: Sink;
  readonly #owner: OutboxOwner;
  readonly #maxBytes: () => number;
  /** The first waiting frame, and the others; usually there are none. */
  #first: Uint8Array | undefined;
  #others: Uint8Array[] | undefined;
  #marks: Mark[] | undefined;
  /** The frame being written, from its first unwritten byte. */
  #rest: Uint8Array | undefined;
  #closed = false;
  #pushed = 0;
  #written = 0;
  /** When `stuckFor` was asked last. */
  #writtenBefore = 0;
  #stuckSince: number | undefined;
  #drained: (() => void) | undefined;
  #settled: (() => void) | undefined;
  /** When the queue passed its bound, and the bytes written by then. */
  #over: { readonly at: number; readonly written: number } | undefined;
  // Created once: fan-out pays for every function and promise per write.
  readonly #onWritten = (count: number) => this.#wrote(count);
  readonly #onFailed = (error: unknown) => this.#failed(error);

  /** A client with more than `maxBytes` waiting for a while counts as slow. */
  constructor(sink: Sink, owner: OutboxOwner, maxBytes: () => number) {
    this.#sink = sink;
    this.#owner = owner;
    this.#maxBytes = maxBytes;
  }

  /** Bytes queued that the operating system does not have yet. */
  get waiting(): number {
    return this.#pushed - this.#written;
  }

  /** Milliseconds for which bytes have waited and none was written. */
  stuckFor(now: number): number {
    if (this.waiting === 0 || this.#written !== this.#writtenBefore) {
      this.#writtenBefore = this.#written;
      this.#stuckSince = undefined;
      return 0;
    }
    this.#stuckSince ??= now;
    return now - this.#stuckSince;
  }

  /**
   * Queues bytes, which may be shared and must not change afterwards. Returns
   * true when they wait for `flush`: nothing else waits, and no write is
   * pending.
   */
  push(bytes: Uint8Array, receipt?: Receipt): boolean {
    if (this.#closed) return false;
    this.#pushed += bytes.length;
    const alone = this.#first === undefined;
    if (alone) this.#first = bytes;
    else (this.#others ??= []).push(bytes);
    if (receipt !== undefined) {
      (this.#marks ??= []).push({ at: this.#pushed, receipt });
    }
    if (this.waiting > this.#maxBytes() && this.#isSlow()) {
      this.discard();
      this.#owner.overflowed();
      return false;
    }
    return alone && this.#rest === undefined;
  }

  /**
   * Returns whether the client is slow; called while more than the bound waits.
   */
  #isSlow(): boolean {
    if (this.waiting > BURST * this.#maxBytes()) return true;
    if (this.#rest === undefined) return false;
    const { now } = this.#owner;
    if (this.#over === undefined || this.#over.written !== this.#written) {
      this.#over = { at: now, written: this.#written };
      return false;
    }
    return now - this.#over.at >= LATE_MS;
  }

  /** Starts writing the queue, unless a write is pending. */
  flush(): void {
    if (this.#rest !== undefined || this.#first === undefined) return;
    this.#write(this.#next(this.#first));
  }

  /** Resolves when the queue is empty or will never be written. */
  drained(): Promise<void> {
    if (this.#closed || this.waiting === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drained = resolve);
  }

  /**
   * Calls `done` when no write is pending, immediately if none is. Before Deno
   * 2.9, closing a connection does not end a pending write, which keeps the
   * socket and its bytes for as long as the client reads nothing.
   */
  whenSettled(done: () => void): void {
    if (this.#rest === undefined) done();
    else this.#settled = done;
  }

  /** Discards the queue and accepts nothing more. */
  discard(): void {
    this.#closed = true;
    this.#first = this.#others = this.#marks = undefined;
    this.#drained?.();
  }

  /** Removes `first` from the queue, merged with as many others as fit. */
  #next(first: Uint8Array): Uint8Array {
    const others = this.#others;
    if (others === undefined) {
      this.#first = undefined;
      return first;
    }
    let count = 0;
    let bytes = first.length;
    while (count < others.length) {
      bytes += others[count]!.length;
      if (bytes > MERGE_BYTES) break;
      count++;
    }
    const merged = count === 0
      ? first
      : concat([first, ...others.splice(0, count)]);
    this.#first = others.shift();
    if (others.length === 0) this.#others = undefined;
    return merged;
  }

  #write(bytes: Uint8Array): void {
    this.#rest = bytes;
    this.#sink.write(bytes).then(this.#onWritten, this.#onFailed);
  }

  #wrote(count: number): void {
    this.#written += count;
    if (this.#closed) return this.#settle();
    const rest = this.#rest!;
    if (count < rest.length) return this.#write(rest.subarray(count));
    this.#rest = undefined;
    if (this.#marks !== undefined) this.#finishMarks(this.#marks);
    if (this.#first !== undefined) this.flush();
    else this.#drained?.();
  }

  #failed(error: unknown): void {
    const closed = this.#closed;
    this.#settle();
    if (closed) return;
    this.discard();
    this.#owner.writeFailed(error);
  }

  #settle(): void {
    this.#rest = undefined;
    this.#settled?.();
  }

  #finishMarks(marks: Mark[]): void {
    let due = 0;
    while (due < marks.length && marks[due]!.at <= this.#written) due++;
    const done = marks.splice(0, due);
    if (marks.length === 0) this.#marks = undefined;
    for (const { receipt } of done) this.#owner.written(receipt);
  }
}

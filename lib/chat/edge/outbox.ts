/**
 * The only writer of one connection: a bounded queue, one write in flight,
 * what waits merged into one buffer (docs/performance.md).
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
  /** Milliseconds. */
  readonly now: number;
  /** Everything up to a frame with this receipt is written. */
  written(receipt: Receipt): void;
  /** The bound is passed: the outbox has given up. Called once at most. */
  overflowed(): void;
  /** A write has failed: the outbox has given up. Called once at most. */
  writeFailed(error: unknown): void;
}

/** Waiting frames are merged up to this size: one system call for many. */
const MERGE_BYTES = 65_536;

/**
 * A burst says nothing of its reader: several full rooms joined at once, or
 * two members who write as fast as they can. A client over the bound counts as
 * slow when it reads nothing for this long, or when this many times the bound
 * waits.
 */
const LATE_MS = 500;
const BURST = 8;

interface Mark {
  /** Count of written bytes at which the receipt is due. */
  readonly at: number;
  readonly receipt: Receipt;
}

export class Outbox {
  readonly #sink: Sink;
  readonly #owner: OutboxOwner;
  readonly #maxBytes: () => number;
  /** The first that waits, and the others: mostly there are none. */
  #first: Uint8Array | undefined;
  #others: Uint8Array[] | undefined;
  #marks: Mark[] | undefined;
  /** What is being written, from its first unwritten byte. */
  #rest: Uint8Array | undefined;
  #closed = false;
  #pushed = 0;
  #written = 0;
  /** When `stuckFor` was asked last. */
  #writtenBefore = 0;
  #stuckSince: number | undefined;
  #drained: (() => void) | undefined;
  #settled: (() => void) | undefined;
  /** Since when the bound is passed, and what was written by then. */
  #over: { readonly at: number; readonly written: number } | undefined;
  // Made once: fan-out pays for every function and promise made per write.
  readonly #onWritten = (count: number) => this.#wrote(count);
  readonly #onFailed = (error: unknown) => this.#failed(error);

  /** With more than `maxBytes` for a while the client counts as slow. */
  constructor(sink: Sink, owner: OutboxOwner, maxBytes: () => number) {
    this.#sink = sink;
    this.#owner = owner;
    this.#maxBytes = maxBytes;
  }

  /** Bytes taken and not yet with the operating system. */
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
   * Queues bytes that nobody changes afterwards; they may be shared. True when
   * they wait for `flush`: nothing else waits, and nothing is being written.
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

  /** Asked while more than the bound waits. */
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

  /** Starts writing what waits, unless a write is under way. */
  flush(): void {
    if (this.#rest !== undefined || this.#first === undefined) return;
    this.#write(this.#next(this.#first));
  }

  /** Resolves when nothing waits any more, or nothing ever will. */
  drained(): Promise<void> {
    if (this.#closed || this.waiting === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drained = resolve);
  }

  /**
   * Calls `done` when no write is under way, at once if so. Before Deno 2.9
   * closing a connection does not end one, and it keeps the socket and its
   * bytes: for as long as a client that takes nothing likes.
   */
  whenSettled(done: () => void): void {
    if (this.#rest === undefined) done();
    else this.#settled = done;
  }

  /** Forgets what waits and takes nothing more. */
  discard(): void {
    this.#closed = true;
    this.#first = this.#others = this.#marks = undefined;
    this.#drained?.();
  }

  /** Takes `first` out, and of the others as many as merge with it. */
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

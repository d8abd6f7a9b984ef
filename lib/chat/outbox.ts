/**
 * The only writer of one connection: a bounded queue, one write in flight,
 * what waits merged into one buffer (docs/performance.md).
 *
 * @module
 */
import { concat } from "../protocol/bytes.ts";

/** The part of a connection that an outbox needs. */
export interface Sink {
  write(bytes: Uint8Array): Promise<number>;
}

export interface OutboxOptions {
  /** More waiting bytes than this and the client counts as stuck. */
  readonly maxBytes: number;
  /** Called once, when the bound is passed. */
  readonly onOverflow: () => void;
  /** Called once, when a write fails. */
  readonly onError: (error: unknown) => void;
}

/** Waiting frames are merged up to this size: one system call for many. */
const MERGE_BYTES = 65_536;

/** How many times the bound may wait while no write is under way. */
const BURST = 8;

interface Mark {
  /** Count of written bytes at which the callback is due. */
  readonly at: number;
  readonly done: () => void;
}

export class Outbox {
  readonly #sink: Sink;
  readonly #options: OutboxOptions;
  readonly #queue: Uint8Array[] = [];
  #marks: Mark[] = [];
  /** What is being written, from its first unwritten byte. */
  #rest: Uint8Array | undefined;
  #closed = false;
  #pushed = 0;
  #written = 0;
  #drained: (() => void) | undefined;
  // Made once: fan-out pays for every function and promise made per write.
  readonly #onWritten = (count: number) => this.#wrote(count);
  readonly #onFailed = (error: unknown) => this.#failed(error);

  constructor(sink: Sink, options: OutboxOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  /** Bytes taken and not yet with the operating system. */
  get waiting(): number {
    return this.#pushed - this.#written;
  }

  /** Bytes with the operating system. */
  get written(): number {
    return this.#written;
  }

  /**
   * Queues bytes that nobody changes afterwards; they may be shared. True when
   * they wait for `flush`: nothing else waits, and nothing is being written.
   */
  push(bytes: Uint8Array, onWritten?: () => void): boolean {
    if (this.#closed) return false;
    this.#pushed += bytes.length;
    this.#queue.push(bytes);
    if (onWritten !== undefined) {
      this.#marks.push({ at: this.#pushed, done: onWritten });
    }
    // What one turn of the loop brings may be more than the bound (several
    // full rooms joined at once): only with a write under way is he slow.
    const { maxBytes } = this.#options;
    const writing = this.#rest !== undefined;
    if (this.waiting > (writing ? maxBytes : BURST * maxBytes)) {
      this.discard();
      this.#options.onOverflow();
      return false;
    }
    return !writing && this.#queue.length === 1;
  }

  /** Starts writing what waits, unless a write is under way. */
  flush(): void {
    if (this.#rest !== undefined || this.#queue.length === 0) return;
    this.#write(this.#next());
  }

  /** Resolves when nothing waits any more, or nothing ever will. */
  drained(): Promise<void> {
    if (this.#closed || this.waiting === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drained = resolve);
  }

  /** Forgets what waits and takes nothing more. */
  discard(): void {
    this.#closed = true;
    this.#queue.length = 0;
    this.#marks = [];
    this.#drained?.();
  }

  #next(): Uint8Array {
    const queue = this.#queue;
    if (queue.length === 1) return queue.pop()!;
    let count = 0;
    let bytes = 0;
    while (count < queue.length) {
      bytes += queue[count]!.length;
      if (count > 0 && bytes > MERGE_BYTES) break;
      count++;
    }
    return concat(queue.splice(0, count));
  }

  #write(bytes: Uint8Array): void {
    this.#rest = bytes;
    this.#sink.write(bytes).then(this.#onWritten, this.#onFailed);
  }

  #wrote(count: number): void {
    this.#written += count;
    if (this.#closed) return;
    const rest = this.#rest!;
    if (count < rest.length) return this.#write(rest.subarray(count));
    this.#rest = undefined;
    if (this.#marks.length > 0) this.#finishMarks();
    if (this.#queue.length > 0) this.flush();
    else this.#drained?.();
  }

  #failed(error: unknown): void {
    if (this.#closed) return;
    this.discard();
    this.#options.onError(error);
  }

  #finishMarks(): void {
    while (this.#marks.length > 0 && this.#marks[0]!.at <= this.#written) {
      this.#marks.shift()!.done();
    }
  }
}

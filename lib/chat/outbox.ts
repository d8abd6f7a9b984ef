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
  #writing = false;
  #closed = false;
  #pushed = 0;
  #written = 0;
  #drained: (() => void) | undefined;

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

  /** Queues bytes that nobody changes afterwards; they may be shared. */
  push(bytes: Uint8Array, onWritten?: () => void): void {
    if (this.#closed) return;
    this.#pushed += bytes.length;
    this.#queue.push(bytes);
    if (onWritten !== undefined) {
      this.#marks.push({ at: this.#pushed, done: onWritten });
    }
    // What one turn of the loop brings may be more than the bound (several
    // full rooms joined at once): only with a write under way is he slow.
    const { maxBytes } = this.#options;
    if (this.waiting > (this.#writing ? maxBytes : BURST * maxBytes)) {
      this.discard();
      this.#options.onOverflow();
    }
  }

  /** Starts writing what waits, unless a write is under way. */
  flush(): void {
    if (this.#writing || this.#closed || this.#queue.length === 0) return;
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
    let size = 0;
    let count = 0;
    while (count < queue.length && (count === 0 || size < MERGE_BYTES)) {
      size += queue[count++]!.length;
    }
    return concat(queue.splice(0, count));
  }

  // Callbacks, not await: a promise chain per write is what fan-out pays for.
  #write(bytes: Uint8Array): void {
    this.#writing = true;
    this.#sink.write(bytes).then((n) => {
      this.#written += n;
      if (n < bytes.length && !this.#closed) {
        this.#write(bytes.subarray(n));
        return;
      }
      this.#writing = false;
      this.#finishMarks();
      if (this.waiting === 0) this.#drained?.();
      else this.flush();
    }, (error) => {
      this.#writing = false;
      if (this.#closed) return;
      this.discard();
      this.#options.onError(error);
    });
  }

  #finishMarks(): void {
    while (this.#marks.length > 0 && this.#marks[0]!.at <= this.#written) {
      this.#marks.shift()!.done();
    }
  }
}

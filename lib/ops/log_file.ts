/**
 * The log's own file: appended to line by line, renamed to .1, .2, … when it is
 * full, and opened again when another program has moved it.
 *
 * @module
 */
import { keepOwner } from "./owner.ts";

export interface LogFileOptions {
  readonly path: string;
  /** A line that would exceed this begins a new file. */
  readonly maxBytes: number;
  /** How many old files are kept beside the current one; at least one. */
  readonly keep: number;
  /**
   * A file this old is closed, and removed when it is that old again; absent:
   * age does not matter.
   */
  readonly maxMs?: number;
  readonly now?: () => number;
  /** Called once when the file cannot be written, until it can be again. */
  readonly onError?: (error: unknown) => void;
}

const encoder = new TextEncoder();

export class LogFile implements Disposable {
  #file: Deno.FsFile | null = null;
  #size = 0;
  #begunAt = 0;
  #failing = false;

  /** Throws when the file cannot be opened. */
  constructor(private readonly options: LogFileOptions) {
    this.#open();
  }

  /** Never throws: a full disk costs the line and not the server. */
  write(line: string): void {
    const bytes = encoder.encode(line);
    try {
      const isFull = this.#size > 0 &&
        this.#size + bytes.length > this.options.maxBytes;
      if (isFull || this.#isOld()) this.#rotate();
      const file = this.#file ?? this.#open();
      for (let at = 0; at < bytes.length;) {
        at += file.writeSync(bytes.subarray(at));
      }
      this.#size += bytes.length;
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.options.onError?.(error);
      this.#failing = true;
    }
  }

  /** Begins a new file when this one is too old; removes older ones. */
  sweep(): void {
    const { path, keep, maxMs = Infinity } = this.options;
    try {
      if (this.#isOld()) this.#rotate();
      for (let number = 1; number <= keep; number++) {
        const file = `${path}.${number}`;
        const mtime = statOf(file)?.mtime?.getTime() ?? Infinity;
        if (this.#now() - mtime > maxMs) Deno.removeSync(file);
      }
    } catch (error) {
      this.options.onError?.(error);
    }
  }

  /** For logrotate: writes to the file that has the name now, or a new one. */
  reopen(): void {
    this.#close();
    try {
      this.#open();
    } catch (error) {
      this.options.onError?.(error);
    }
  }

  [Symbol.dispose](): void {
    this.#close();
  }

  #open(): Deno.FsFile {
    const { path } = this.options;
    const file = Deno.openSync(path, {
      append: true,
      create: true,
      mode: 0o600,
    });
    keepOwner(path);
    const { size, birthtime } = file.statSync();
    this.#size = size;
    const now = this.#now();
    this.#begunAt = size === 0 ? now : birthtime?.getTime() ?? now;
    this.#file = file;
    return file;
  }

  #now(): number {
    return (this.options.now ?? Date.now)();
  }

  #isOld(): boolean {
    const { maxMs = Infinity } = this.options;
    return this.#size > 0 && this.#now() - this.#begunAt > maxMs;
  }

  #close(): void {
    this.#file?.close();
    this.#file = null;
  }

  #rotate(): void {
    const { path, keep } = this.options;
    this.#close();
    for (let number = keep; number > 0; number--) {
      const from = number === 1 ? path : `${path}.${number - 1}`;
      try {
        Deno.renameSync(from, `${path}.${number}`);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    this.#open();
  }
}

function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

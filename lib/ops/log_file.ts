/**
 * The log's own file: appended to line by line, renamed to .1, .2, … when it
 * is full, and opened again when somebody else has moved it.
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
  /** Told once when the file cannot be written, until it can be again. */
  readonly onError?: (error: unknown) => void;
}

const encoder = new TextEncoder();

export class LogFile implements Disposable {
  #file: Deno.FsFile | null = null;
  #size = 0;
  #failing = false;

  /** Throws when the file cannot be opened. */
  constructor(private readonly options: LogFileOptions) {
    this.#open();
  }

  /** Never throws: a full disk costs the line and not the server. */
  write(line: string): void {
    const bytes = encoder.encode(line);
    try {
      if (this.#size > 0 && this.#size + bytes.length > this.options.maxBytes) {
        this.#rotate();
      }
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
    this.#size = file.statSync().size;
    this.#file = file;
    return file;
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

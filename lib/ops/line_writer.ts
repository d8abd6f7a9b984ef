/**
 * Writes lines to a stream that may be slow, without waiting and without
 * growing: one write is pending, a limited rest waits, and lines that do not
 * fit are counted and reported.
 *
 * @module
 */

interface Target {
  write(bytes: Uint8Array): Promise<number>;
}

const encoder = new TextEncoder();

export class LineWriter {
  #waiting: string[] = [];
  #waitingLength = 0;
  #dropped = 0;
  #writing: Promise<void> | null = null;

  constructor(
    private readonly target: Target,
    /** Maximum characters waiting. */
    private readonly limit = 1_000_000,
  ) {}

  write(line: string): void {
    if (this.#waitingLength + line.length > this.limit) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(line);
    this.#waitingLength += line.length;
    this.#writing ??= this.#drain();
  }

  /** Resolves when nothing is waiting. */
  async flush(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  async #drain(): Promise<void> {
    // Lines written in the same turn leave in one call.
    await Promise.resolve();
    try {
      while (this.#waiting.length > 0) {
        let text = this.#waiting.join("");
        this.#waiting = [];
        this.#waitingLength = 0;
        if (this.#dropped > 0) {
          text += `(${this.#dropped} lines of the log were lost here)\n`;
          this.#dropped = 0;
        }
        let bytes = encoder.encode(text);
        while (bytes.length > 0) {
          bytes = bytes.subarray(await this.target.write(bytes));
        }
      }
    } catch {
      // The log is no longer read (a closed pipe); the server continues.
      this.#waiting = [];
      this.#waitingLength = 0;
    } finally {
      this.#writing = null;
    }
  }
}

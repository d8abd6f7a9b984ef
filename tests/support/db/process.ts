/**
 * Another Deno process, for tests of what survives when it is killed.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

/** A running script of tests/support/db whose output is read line by line. */
export class Script implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #rest = "";

  constructor(name: string, ...args: string[]) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-check",
        fileURLToPath(new URL(name, import.meta.url)),
        ...args,
      ],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
  }

  /** Returns the next line, undefined at the end. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#rest.indexOf("\n");
      if (end >= 0) {
        const line = this.#rest.slice(0, end);
        this.#rest = this.#rest.slice(end + 1);
        return line;
      }
      const { value, done } = await this.#lines.read();
      if (done) return undefined;
      this.#rest += value;
    }
  }

  /** Kills the process. Returns the complete lines that were not read yet. */
  async kill(): Promise<string[]> {
    this.#child.kill("SIGKILL");
    const lines: string[] = [];
    for (;;) {
      const line = await this.line();
      if (line === undefined) break;
      lines.push(line);
    }
    await this.#child.status;
    return lines;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has already ended.
    }
    await this.#lines.cancel();
    await this.#child.status;
  }
}

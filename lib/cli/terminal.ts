/**
 * The terminal. No other module reads or writes it.
 *
 * @module
 */
import { Keys, readSecret } from "./keys.ts";

export interface Terminal {
  /** Whether a user is present to answer questions. */
  readonly interactive: boolean;
  readonly env: Readonly<Record<string, string>>;
  /** Path of the running program: Deno, or the compiled one. */
  readonly execPath: string;
  /** Aborted when standard output is no longer read. */
  readonly readerGone?: AbortSignal;
  /** Writes a line to standard output. */
  out(line: string): void;
  /** Writes a line to standard error. */
  err(line: string): void;
  /**
   * Shows a line that the next one replaces; does nothing without a terminal.
   */
  progress(text: string): void;
  /** Reads all of standard input. */
  readAll(): Promise<string>;
  /**
   * Asks a question. Rejects with {@linkcode Interrupted} at Ctrl-C, Ctrl-D and
   * end of input.
   */
  ask(question: string, options?: { hidden?: boolean }): Promise<string>;
}

/** Thrown when the user interrupts a question instead of answering it. */
export class Interrupted extends Error {
  override name = "Interrupted";
}

const encoder = new TextEncoder();

/**
 * Writes everything. Returns false when the reader has closed the pipe, as in
 * `retropal user list | head`.
 */
function writeAll(
  stream: { writeSync(p: Uint8Array): number },
  text: string,
): boolean {
  let bytes = encoder.encode(text);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
    return true;
  } catch (error) {
    if (!isReaderGone(error)) throw error;
    return false;
  }
}

/**
 * Errors of Windows for a pipe whose reader has closed it, in addition to
 * Deno's BrokenPipe: ERROR_NO_DATA and ERROR_PIPE_NOT_CONNECTED.
 */
const WINDOWS_BROKEN_PIPE = /\(os error (232|233)\)/;

function isReaderGone(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe ||
    (error instanceof Error && WINDOWS_BROKEN_PIPE.test(error.message));
}

export function realTerminal(): Terminal {
  const interactive = Deno.stdin.isTerminal() && Deno.stderr.isTerminal();
  const gone = new AbortController();
  const keys = new Keys(Deno.stdin);
  let shown = 0;
  const clear = () => {
    if (shown > 0) writeAll(Deno.stderr, `\r${" ".repeat(shown)}\r`);
    shown = 0;
  };
  return {
    interactive,
    env: Deno.env.toObject(),
    execPath: Deno.execPath(),
    readerGone: gone.signal,
    out(line) {
      clear();
      if (!writeAll(Deno.stdout, line + "\n")) gone.abort();
    },
    err(line) {
      clear();
      writeAll(Deno.stderr, line + "\n");
    },
    progress(text) {
      if (!Deno.stderr.isTerminal()) return;
      clear();
      writeAll(Deno.stderr, text);
      shown = text.length;
    },
    async readAll() {
      const chunks: Uint8Array[] = [];
      for await (const chunk of Deno.stdin.readable) chunks.push(chunk);
      return await new Blob(chunks as BlobPart[]).text();
    },
    async ask(question, { hidden = false } = {}) {
      const answer = hidden
        ? await readHidden(question, keys)
        : await readLine(question, keys);
      if (answer === null) throw new Interrupted();
      return answer;
    },
  };
}

async function readLine(question: string, keys: Keys): Promise<string | null> {
  writeAll(Deno.stderr, question);
  return await keys.line();
}

/** Reads key by key without echo, so that no part of a password is shown. */
async function readHidden(
  question: string,
  keys: Keys,
): Promise<string | null> {
  // Set before the question is shown, because an answer may follow immediately.
  Deno.stdin.setRaw(true);
  try {
    writeAll(Deno.stderr, question);
    return await readSecret(keys);
  } finally {
    Deno.stdin.setRaw(false);
    writeAll(Deno.stderr, "\n");
  }
}

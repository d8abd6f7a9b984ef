/**
 * The terminal: the only place that reads and writes it.
 *
 * @module
 */

export interface Terminal {
  /** Whether somebody sits there who can answer. */
  readonly interactive: boolean;
  readonly env: Readonly<Record<string, string>>;
  /** Aborted when nobody reads standard output any more. */
  readonly readerGone?: AbortSignal;
  /** A line on standard output. */
  out(line: string): void;
  /** A line on standard error. */
  err(line: string): void;
  /** A line that the next one replaces; nothing when nobody watches. */
  progress(text: string): void;
  /** All of standard input. */
  readAll(): Promise<string>;
  /** Null at the end of input. */
  ask(question: string, options?: { hidden?: boolean }): Promise<string | null>;
}

const encoder = new TextEncoder();

/** False when the reader has enough, as in `retropal user list | head`. */
function writeAll(
  stream: { writeSync(p: Uint8Array): number },
  text: string,
): boolean {
  let bytes = encoder.encode(text);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    return false;
  }
}

export function realTerminal(): Terminal {
  const interactive = Deno.stdin.isTerminal() && Deno.stderr.isTerminal();
  const gone = new AbortController();
  let shown = 0;
  const clear = () => {
    if (shown > 0) writeAll(Deno.stderr, `\r${" ".repeat(shown)}\r`);
    shown = 0;
  };
  return {
    interactive,
    env: Deno.env.toObject(),
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
      writeAll(Deno.stderr, question);
      const answer = hidden ? await readHidden() : await readLine();
      if (hidden) writeAll(Deno.stderr, "\n");
      return answer;
    },
  };
}

async function readLine(): Promise<string | null> {
  const buffer = new Uint8Array(4096);
  const count = await Deno.stdin.read(buffer);
  if (count === null) return null;
  return new TextDecoder().decode(buffer.subarray(0, count))
    .replace(/\r?\n$/, "");
}

/** Reads keys one by one, so that nothing of a password is seen. */
async function readHidden(): Promise<string | null> {
  Deno.stdin.setRaw(true);
  try {
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(64);
    let text = "";
    while (true) {
      const count = await Deno.stdin.read(buffer);
      if (count === null) return null;
      for (
        const key of decoder.decode(buffer.subarray(0, count), { stream: true })
      ) {
        if (key === "\r" || key === "\n") return text;
        if (key === "\u0003" || key === "\u0004") return null;
        if (key === "\u007f" || key === "\b") text = text.slice(0, -1);
        else if (key >= " ") text += key;
      }
    }
  } finally {
    Deno.stdin.setRaw(false);
  }
}

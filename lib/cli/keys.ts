/**
 * Keys typed at a terminal, one character at a time. Pasted text arrives in one
 * piece; characters that one question leaves over are kept for the next.
 *
 * @module
 */

interface Source {
  read(buffer: Uint8Array): Promise<number | null>;
}

const ESCAPE = "\u001b";
const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const CTRL_U = "\u0015";
const CTRL_W = "\u0017";
const DELETE = "\u007f";

export class Keys {
  readonly #decoder = new TextDecoder();
  readonly #buffer = new Uint8Array(4096);
  #waiting: string[] = [];
  #afterReturn = false;

  constructor(private readonly source: Source) {}

  /**
   * Returns the next character, or null at the end of input; CR LF becomes LF.
   */
  async next(): Promise<string | null> {
    while (true) {
      const key = this.#waiting.shift();
      if (key === undefined) {
        if (!await this.#more()) return null;
        continue;
      }
      const second = key === "\n" && this.#afterReturn;
      this.#afterReturn = key === "\r";
      if (!second) return key === "\r" ? "\n" : key;
    }
  }

  /** Whether a character is available without waiting for the user. */
  get ready(): boolean {
    return this.#waiting.length > 0;
  }

  /** Reads a line without its line ending; null at the end of input. */
  async line(): Promise<string | null> {
    let text = "";
    while (true) {
      const key = await this.next();
      if (key === "\n") return text;
      if (key === null) return text === "" ? null : text;
      text += key;
    }
  }

  async #more(): Promise<boolean> {
    const count = await this.source.read(this.#buffer);
    if (count === null) return false;
    const bytes = this.#buffer.subarray(0, count);
    this.#waiting.push(...this.#decoder.decode(bytes, { stream: true }));
    return true;
  }
}

/**
 * Reads a password in raw mode. Backspace, Ctrl-W and Ctrl-U erase as in a
 * shell; null for Ctrl-C, Ctrl-D and the end of input.
 */
export async function readSecret(keys: Keys): Promise<string | null> {
  let letters: string[] = [];
  while (true) {
    const key = await keys.next();
    switch (key) {
      case null:
      case CTRL_C:
      case CTRL_D:
        return null;
      case "\n":
        return letters.join("");
      case DELETE:
      case "\b":
        letters.pop();
        break;
      case CTRL_U:
        letters = [];
        break;
      case CTRL_W:
        letters = [...letters.join("").replace(/\S*\s*$/, "")];
        break;
      case ESCAPE:
        await skipSequence(keys);
        break;
      default:
        if (key >= " ") letters.push(key);
    }
  }
}

/**
 * Skips the rest of the sequence that an arrow or function key sends after
 * Escape.
 */
async function skipSequence(keys: Keys): Promise<void> {
  // A sequence arrives in one piece, so a lone Escape key has nothing after it.
  if (!keys.ready) return;
  let key = await keys.next();
  if (key === "O" && keys.ready) await keys.next();
  if (key !== "[") return;
  do {
    if (!keys.ready) return;
    key = await keys.next();
  } while (key !== null && !/[@-~]/.test(key));
}

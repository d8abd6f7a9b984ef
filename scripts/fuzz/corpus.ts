/**
 * The inputs from which mutations start: packets of the real client, and inputs
 * that made the server behave in a way that no earlier input did.
 *
 * @module
 */
import { rowOf } from "../../lib/chat/dispatch.ts";
import { hex, unhex } from "../../lib/protocol/bytes.ts";
import { captureNames, readCapture } from "../../tests/support/capture.ts";

export interface Input {
  readonly type: number;
  readonly payload: Uint8Array;
}

const FILE = new URL("../../tests/corpus/frames.txt", import.meta.url);
/** Maximum bytes of an input; longer ones are not stored. */
const MOST_BYTES = 300;
const MOST_PER_TYPE = 12;

export class Corpus {
  readonly frames: Input[] = [];
  /** Contents of voice streams and datagrams. */
  readonly voice: Uint8Array[] = [];
  readonly #found: Input[] = [];
  readonly #seen = new Set<string>();

  /** Loads the captures, and the stored file if there is one. */
  static load(): Corpus {
    const corpus = new Corpus();
    for (const name of captureNames()) {
      const { frames, voice } = readCapture(name);
      for (const { direction, type, payload } of frames) {
        if (direction === "C>S") corpus.frames.push({ type, payload });
      }
      corpus.voice.push(...voice.slice(0, 50).map(({ bytes }) => bytes));
    }
    for (const input of readKept()) {
      corpus.frames.push(input);
      corpus.#found.push(input);
    }
    return corpus;
  }

  /** Stores an input if its behaviour, described as text, is new. */
  learn(behaviour: string, { type, payload }: Input): void {
    if (this.#seen.has(behaviour)) return;
    this.#seen.add(behaviour);
    const input = { type, payload: payload.slice() };
    this.frames.push(input);
    if (payload.length <= MOST_BYTES) this.#found.push(input);
  }

  /** Number of different behaviours seen so far. */
  get behaviours(): number {
    return this.#seen.size;
  }

  /** Writes the stored file, shortest inputs first. */
  save(): void {
    const lines = new Map<number, Set<string>>();
    const shortest = this.#found
      .toSorted((a, b) => a.payload.length - b.payload.length);
    for (const { type, payload } of shortest) {
      const kept = lines.get(type) ?? new Set();
      if (kept.size < MOST_PER_TYPE) kept.add(`${type} ${hex(payload) || "-"}`);
      lines.set(type, kept);
    }
    // All unknown types count as the same.
    const known = [...lines].filter(([type]) => rowOf(type) !== undefined);
    const text = known.flatMap(([, kept]) => [...kept]).sort().join("\n");
    Deno.writeTextFileSync(FILE, `${text}\n`);
  }
}

function readKept(): Input[] {
  try {
    return Deno.readTextFileSync(FILE).trim().split("\n").map((line) => {
      const [type = "", payload = ""] = line.split(" ");
      return {
        type: Number(type),
        payload: payload === "-" ? new Uint8Array() : unhex(payload),
      };
    });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/**
 * The event streams that are open: how many one address and everybody may
 * have, and their end when the server goes down.
 *
 * @module
 */
import { type LiveFragments, STREAM_HEADERS } from "./live_fragments.ts";
import { Problem } from "./problem.ts";
import { hostKey } from "../net/addresses.ts";

const MOST = 4000;
const MOST_PER_ADDRESS = 1000;

export class OpenStreams {
  readonly #perAddress = new Map<string, number>();
  /** How each one is ended. */
  readonly #open = new Set<() => void>();

  get count(): number {
    return this.#open.size;
  }

  /** A page's changes as they come. Throws {@linkcode Problem}. */
  follow(
    address: string,
    fragments: LiveFragments,
    mayWatch: () => boolean = () => true,
  ): Response {
    const leave = this.enter(address, () => fragments.close());
    return new Response(fragments.open({ mayWatch, ended: leave }), {
      headers: STREAM_HEADERS,
    });
  }

  /**
   * Counts a stream that `end` can end. Throws {@linkcode Problem} when there
   * are too many. The function returned is to be called when it has ended.
   */
  enter(address: string, end: () => void): () => void {
    const key = hostKey(address);
    const own = this.#perAddress.get(key) ?? 0;
    if (this.#open.size >= MOST || own >= MOST_PER_ADDRESS) {
      throw new Problem(503, "Too many people look at this page.", 30);
    }
    this.#perAddress.set(key, own + 1);
    const one = () => end();
    this.#open.add(one);
    return () => {
      if (!this.#open.delete(one)) return;
      const rest = (this.#perAddress.get(key) ?? 1) - 1;
      if (rest > 0) this.#perAddress.set(key, rest);
      else this.#perAddress.delete(key);
    };
  }

  /** Ends them all: the server is going down. */
  close(): void {
    for (const end of [...this.#open]) end();
  }
}

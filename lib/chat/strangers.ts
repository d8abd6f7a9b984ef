/**
 * Connections that have not signed on, for when one of them must make room:
 * found by host and by network, because looking at all of them for each that
 * comes would be an attack of its own.
 *
 * @module
 */
import { hostKey, networkOf } from "./door.ts";

interface Stranger {
  readonly session: { readonly address: string };
}

/** Under it stand all. */
export const ANYBODY = "";

export class Strangers<T extends Stranger> {
  readonly #by = new Map<string, Set<T>>();

  add(one: T): void {
    for (const key of keysOf(one)) {
      const set = this.#by.get(key);
      if (set === undefined) this.#by.set(key, new Set([one]));
      else set.add(one);
    }
  }

  delete(one: T): void {
    for (const key of keysOf(one)) {
      const set = this.#by.get(key);
      if (set?.delete(one) && set.size === 0) this.#by.delete(key);
    }
  }

  /** Of a {@linkcode hostKey} or {@linkcode networkOf}; oldest first. */
  of(key: string): Iterable<T> {
    return this.#by.get(key) ?? [];
  }
}

function keysOf({ session: { address } }: Stranger): Set<string> {
  return new Set([ANYBODY, hostKey(address), networkOf(address)]);
}

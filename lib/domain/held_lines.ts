/**
 * Lines that a client sends into a room before it has rejoined it
 * (docs/protocol.md, "Rooms").
 *
 * After a reconnect a client sends what its user typed meanwhile right after
 * LOGIN, and joins its rooms only then. The line is on the sender's screen
 * already, so it must not be lost.
 *
 * @module
 */
import type { Gid, Millis } from "./store.ts";

/** Rejoins were seen up to 310 ms after the lines. */
const KEPT_MS = 10_000;
const MOST_LINES = 20;

interface Line {
  readonly gid: Gid;
  readonly text: Uint8Array;
  readonly at: Millis;
}

export class HeldLines {
  #lines: Line[] = [];

  /** Returns false when enough lines are held already. */
  hold(gid: Gid, text: Uint8Array, now: Millis): boolean {
    this.#forget(now);
    if (this.#lines.length >= MOST_LINES) return false;
    this.#lines.push({ gid, text: text.slice(), at: now });
    return true;
  }

  /** Removes and returns the lines for one room, oldest first. */
  take(gid: Gid, now: Millis): Uint8Array[] {
    this.#forget(now);
    const taken = this.#lines.filter((line) => line.gid === gid);
    this.#lines = this.#lines.filter((line) => line.gid !== gid);
    return taken.map(({ text }) => text);
  }

  /** Removes and returns all lines, oldest first. */
  takeAll(): { readonly gid: Gid; readonly text: Uint8Array }[] {
    const all = this.#lines;
    this.#lines = [];
    return all;
  }

  #forget(now: Millis): void {
    this.#lines = this.#lines.filter(({ at }) => now - at <= KEPT_MS);
  }
}

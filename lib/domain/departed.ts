/**
 * Users who have left a room, for as long as a window somewhere may still show
 * them (docs/protocol.md, "Rooms").
 *
 * The client only ever adds to a member list. A client that reconnects keeps
 * its window, and in it everybody who left while it was away.
 *
 * @module
 */
import type { Millis, Uid } from "./store.ts";

/**
 * A client that sends nothing may keep a window open for long without noticing.
 */
export const SHOWN_MS = 12 * 3_600_000;
/** The client's window lists at most 1000 members. */
const MOST = 1000;

export class Departed {
  /** Oldest first. */
  readonly #since = new Map<Uid, Millis>();

  add(uid: Uid, now: Millis): void {
    this.#since.delete(uid);
    this.#since.set(uid, now);
    if (this.#since.size <= MOST) return;
    const [oldest] = this.#since.keys();
    if (oldest !== undefined) this.#since.delete(oldest);
  }

  delete(uid: Uid): void {
    this.#since.delete(uid);
  }

  list(now: Millis): Uid[] {
    for (const [uid, at] of this.#since) {
      if (now - at <= SHOWN_MS) break;
      this.#since.delete(uid);
    }
    return [...this.#since.keys()];
  }
}

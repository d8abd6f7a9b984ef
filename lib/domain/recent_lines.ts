/**
 * The last lines of a room, for a later complaint. Nothing is kept unless the
 * host has turned that on (`moderation.room_lines`).
 *
 * @module
 */
import type { Millis } from "./store.ts";

/** Enough to judge a line by, so that long lines cannot fill the memory. */
const MOST_BYTES = 1000;

/** Kept as it arrived: decoded only when a user complains. */
export interface RecentLine {
  readonly at: Millis;
  readonly nickname: string;
  readonly text: Uint8Array;
}

export class RecentLines {
  #lines: RecentLine[] = [];

  /** Adds this line and keeps at most `most` in all. */
  add(line: RecentLine, most: number): void {
    if (most > 0) {
      this.#lines.push({ ...line, text: line.text.slice(0, MOST_BYTES) });
    }
    if (this.#lines.length > most) {
      this.#lines = most > 0 ? this.#lines.slice(-most) : [];
    }
  }

  /** Returns the last `most` lines, oldest first. */
  last(most: number): readonly RecentLine[] {
    return most > 0 ? this.#lines.slice(-most) : [];
  }
}

/**
 * The last lines of a room, for a complaint that may come. Nothing is kept
 * unless the host has turned that on (`moderation.room_lines`).
 *
 * @module
 */
import type { Millis } from "./store.ts";

/** Enough to judge a line by; a flood of long ones must not be memory. */
const MOST_BYTES = 1000;

/** As it came: decoded only when somebody complains. */
export interface RecentLine {
  readonly at: Millis;
  readonly nickname: string;
  readonly text: Uint8Array;
}

export class RecentLines {
  #lines: RecentLine[] = [];

  /** Keeps this line and at most `most` in all. */
  add(line: RecentLine, most: number): void {
    if (most > 0) {
      this.#lines.push({ ...line, text: line.text.slice(0, MOST_BYTES) });
    }
    if (this.#lines.length > most) {
      this.#lines = most > 0 ? this.#lines.slice(-most) : [];
    }
  }

  /** The last `most` of them, oldest first. */
  last(most: number): readonly RecentLine[] {
    return most > 0 ? this.#lines.slice(-most) : [];
  }
}

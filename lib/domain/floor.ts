/**
 * Who is heard in a voice room. The client of 2002 does not mix: it plays
 * packets one after the other, so two who talk at once would be heard as one
 * jumbled queue that grows without limit. One speaker at a time holds the
 * floor; see docs/protocol.md, "Voice" and "Microphone".
 *
 * Pure: time is an argument, in milliseconds of any steady clock.
 *
 * @module
 */

import type { FloorMode, Uid } from "./store.ts";

/** A room's rule for passing the floor on. */
export interface FloorRule {
  readonly mode: FloorMode;
  /** Milliseconds of silence after which a speaker has given the floor up. */
  readonly pauseMs: number;
}

/** The floor of a room that says nothing else. */
export const DEFAULT_FLOOR: FloorRule = { mode: "pause", pauseMs: 1000 };

/** How long the floor waits for each person ahead in the queue of hands. */
export const TURN_MS = 3000;

/**
 * The floor of one room.
 *
 * - `pause`: the first speaker holds it until he has paused.
 * - `queue`: the same, but when it is free the raised hands have it in their
 *   order. Someone further back gets it only after he has tried for
 *   {@linkcode TURN_MS} per person ahead of him and none of them spoke.
 * - `free`: everybody is heard, for clients that mix.
 */
export class Floor {
  #holder: Uid | undefined;
  #heardAt = 0;
  /** Since when somebody has been trying out of turn, and when last. */
  #contestedAt: number | undefined;
  #triedAt = 0;

  /**
   * A frame of `uid` has come: is it heard? `rank` is how many raised hands
   * are ahead of his (0 when none are up).
   */
  claim(uid: Uid, now: number, rule: FloorRule, rank = 0): boolean {
    if (rule.mode === "free") return true;
    if (this.holder(now, rule) !== uid) {
      if (this.#holder !== undefined) return false;
      if (rule.mode === "queue" && !this.#turn(now, rank)) return false;
    }
    this.#holder = uid;
    this.#heardAt = now;
    this.#contestedAt = undefined;
    return true;
  }

  /** Who has it at this moment, if anybody. */
  holder(now: number, rule: FloorRule): Uid | undefined {
    if (this.#holder !== undefined && now - this.#heardAt >= rule.pauseMs) {
      this.#holder = undefined;
    }
    return this.#holder;
  }

  /** `uid` left, or may speak no more: the next one need not wait. */
  release(uid: Uid): void {
    if (this.#holder === uid) this.#holder = undefined;
  }

  #turn(now: number, rank: number): boolean {
    if (rank <= 0) return true;
    // An attempt given up long ago must not count towards this one.
    if (this.#contestedAt === undefined || now - this.#triedAt >= TURN_MS) {
      this.#contestedAt = now;
    }
    this.#triedAt = now;
    return now - this.#contestedAt >= rank * TURN_MS;
  }
}

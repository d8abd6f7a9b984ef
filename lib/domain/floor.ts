/**
 * Decides who is heard in a voice room. The client of 2002 does not mix: it
 * plays packets one after the other, so two simultaneous speakers would become
 * one jumbled queue that grows without limit. One speaker at a time holds the
 * floor; see docs/protocol.md, "Voice" and "Microphone".
 *
 * Pure: time is an argument, in milliseconds of any steady clock.
 *
 * @module
 */

import {
  DEFAULT_FLOOR_MODE,
  FLOOR_MODES,
  type FloorMode,
} from "./floor_modes.ts";
import type { Uid } from "./store.ts";

/** How the floor of a room passes from one speaker to the next. */
export interface FloorRule {
  readonly mode: FloorMode;
  /** Milliseconds of silence after which a speaker loses the floor. */
  readonly pauseMs: number;
  /** Milliseconds for which one speaker may hold it while another is trying. */
  readonly longestMs: number;
}

/** The rule of a room that has none of its own. */
export const DEFAULT_FLOOR: FloorRule = {
  mode: DEFAULT_FLOOR_MODE,
  pauseMs: 1000,
  longestMs: 120_000,
};

/** How long the floor waits for each member ahead in the queue of hands. */
export const TURN_MS = 3000;
/** A member counts as trying for this long after their last frame. */
const TRYING_MS = 1500;

/**
 * The floor of one room.
 *
 * - `pause`: the first speaker holds it until a pause.
 * - `queue`: the same, but when it is free the raised hands get it in order. A
 *   member further back gets it only after trying for {@linkcode TURN_MS} for
 *   each member ahead, none of whom spoke.
 * - `free`: everybody is heard, for clients that mix.
 */
export class Floor {
  readonly #goesFirst: (uid: Uid) => boolean;
  #holder: Uid | undefined;
  #heardAt = 0;
  /** When a member first tried out of turn, and when last. */
  #contestedAt: number | undefined;
  #triedAt = 0;
  /** When each member whose frames were refused last tried. */
  readonly #rivals = new Map<Uid, number>();
  /** How long this turn has kept others from speaking. */
  #heldMs = 0;
  /** The member whose turn was ended; everybody else goes first. */
  #overrun: Uid | undefined;

  /** `goesFirst` returns whether a member is next when a long turn ends. */
  constructor(goesFirst: (uid: Uid) => boolean = () => false) {
    this.#goesFirst = goesFirst;
  }

  /**
   * A frame of `uid` has come: is it heard? `rank` is the number of raised
   * hands ahead of theirs (0 when none are up).
   */
  claim(uid: Uid, now: number, rule: FloorRule, rank = 0): boolean {
    if (FLOOR_MODES[rule.mode].open) return true;
    const holder = this.holder(now, rule);
    const may = holder === uid
      ? this.#mayGoOn(uid, now, rule)
      : holder === undefined && this.#mayBegin(uid, now, rule, rank);
    if (!may) {
      this.#rivals.set(uid, now);
      return false;
    }
    if (holder !== uid) {
      this.#heldMs = 0;
      this.#overrun = undefined;
      this.#rivals.delete(uid);
    }
    this.#holder = uid;
    this.#heardAt = now;
    this.#contestedAt = undefined;
    return true;
  }

  /** The member who has it at this moment, if any. */
  holder(now: number, rule: FloorRule): Uid | undefined {
    if (this.#holder !== undefined && now - this.#heardAt >= rule.pauseMs) {
      this.#holder = undefined;
    }
    return this.#holder;
  }

  /** `uid` left or may no longer speak: the next one need not wait. */
  release(uid: Uid): void {
    this.#rivals.delete(uid);
    if (this.#holder === uid) this.#holder = undefined;
    if (this.#overrun === uid) this.#overrun = undefined;
  }

  /** Ends a turn that has kept others from speaking for too long. */
  #mayGoOn(uid: Uid, now: number, rule: FloorRule): boolean {
    if (this.#rivals.size === 0) return true;
    if (!this.#isTried(now, () => true)) return true;
    this.#heldMs += now - this.#heardAt;
    if (this.#heldMs < rule.longestMs) return true;
    this.#holder = undefined;
    this.#overrun = uid;
    return false;
  }

  #mayBegin(uid: Uid, now: number, rule: FloorRule, rank: number): boolean {
    if (this.#overrun !== undefined) {
      const ahead = uid === this.#overrun
        ? (rival: Uid) => rival !== uid
        : (rival: Uid) => this.#goesFirst(rival) && !this.#goesFirst(uid);
      if (this.#isTried(now, ahead)) return false;
    }
    return !FLOOR_MODES[rule.mode].usesHands || this.#turn(now, rank);
  }

  /**
   * Returns whether a member that `counts` is trying; forgets those who gave
   * up.
   */
  #isTried(now: number, counts: (rival: Uid) => boolean): boolean {
    for (const [rival, at] of this.#rivals) {
      if (now - at > TRYING_MS) this.#rivals.delete(rival);
      else if (rival !== this.#overrun && counts(rival)) return true;
    }
    return false;
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

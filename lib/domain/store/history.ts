/**
 * Samples of the load charts as the store keeps them.
 *
 * @module
 */
import type { Millis } from "../ids.ts";

/** One sample of the load charts; resolution is seconds per sample. */
export interface HistorySample {
  readonly at: Millis;
  readonly sessions: number;
  readonly rooms: number;
  readonly talkers: number;
  readonly packets: number;
  readonly voiceFrames: number;
}

export interface History {
  add(resolution: number, sample: HistorySample): void;
  list(resolution: number, since: Millis): HistorySample[];
  prune(resolution: number, before: Millis): void;
}

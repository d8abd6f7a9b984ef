/**
 * The modes of a voice room's floor, one row each: the command, the desk, the
 * hands and the relay all read this table.
 *
 * @module
 */

interface Mode {
  /** The text for help pages. */
  readonly summary: string;
  /** All members are heard at the same time, for clients that mix. */
  readonly open: boolean;
  /** Raised hands form a queue for the free floor. */
  readonly usesHands: boolean;
}

export const FLOOR_MODES = {
  pause: { summary: "at a pause", open: false, usesHands: false },
  queue: { summary: "by raised hands", open: false, usesHands: true },
  free: { summary: "not at all", open: true, usesHands: false },
} as const satisfies Record<string, Mode>;

/** How the right to be heard passes on (docs/protocol.md, "Voice"). */
export type FloorMode = keyof typeof FLOOR_MODES;

/** The mode of a room without a setting. */
export const DEFAULT_FLOOR_MODE: FloorMode = "pause";

export const FLOOR_MODE_NAMES = Object.keys(FLOOR_MODES) as FloorMode[];

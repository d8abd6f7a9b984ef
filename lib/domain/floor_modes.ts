/**
 * The ways in which the floor of a voice room passes on, one row each: the
 * command, the desk, the hands and the relay read them here.
 *
 * @module
 */

interface Mode {
  /** For help texts. */
  readonly summary: string;
  /** Everybody is heard at the same time, for clients that mix. */
  readonly open: boolean;
  /** Raised hands are a queue: they have the free floor in their order. */
  readonly usesHands: boolean;
}

export const FLOOR_MODES = {
  pause: { summary: "at a pause", open: false, usesHands: false },
  queue: { summary: "by raised hands", open: false, usesHands: true },
  free: { summary: "not at all", open: true, usesHands: false },
} as const satisfies Record<string, Mode>;

/** How the right to be heard passes on (docs/protocol.md, "Voice"). */
export type FloorMode = keyof typeof FLOOR_MODES;

/** The mode of a room that says nothing else. */
export const DEFAULT_FLOOR_MODE: FloorMode = "pause";

export const FLOOR_MODE_NAMES = Object.keys(FLOOR_MODES) as FloorMode[];

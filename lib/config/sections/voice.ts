/**
 * Settings for voice.
 *
 * @module
 */
import { integer, toggle } from "../setting.ts";

export const VOICE = {
  udp: toggle({
    default: true,
    about: "Whether voice by UDP is supported in addition to TCP.",
  }),
  floor_pause_ms: integer({
    default: 1000,
    min: 100,
    max: 10000,
    about:
      "Pause after which another member may speak. The client cannot mix " +
      "voices, so one member speaks at a time.",
    live: true,
  }),
  longest_turn_seconds: integer({
    default: 120,
    min: 5,
    max: 86_400,
    about:
      "Seconds that one member may hold the floor while another is trying to " +
      "speak. Room admins speak next.",
    live: true,
  }),
  queue_frames: integer({
    default: 5,
    min: 1,
    max: 100,
    about:
      "Frames that may be queued for a slow listener; the oldest are dropped " +
      "first.",
    live: true,
  }),
} as const;

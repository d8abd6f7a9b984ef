/**
 * Settings for instant messages.
 *
 * @module
 */
import { integer, toggle } from "../setting.ts";

export const MESSAGES = {
  redeliver_seconds: integer({
    default: 120,
    min: 0,
    max: 86_400,
    about:
      "When a session ends without signing off, deliver the direct messages " +
      "of this many last seconds again. 0: never.",
    live: true,
  }),
  away_reply: toggle({
    default: false,
    about:
      "Whether the server answers with the away text, once to each sender.",
    live: true,
  }),
} as const;

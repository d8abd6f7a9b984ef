/**
 * Settings for the log.
 *
 * @module
 */
import { choice, integer, toggle } from "../setting.ts";

export const LOG = {
  level: choice(["debug", "info", "warning", "warn", "error"], {
    default: "info",
    about: "Lowest level that is logged.",
    live: true,
  }),
  format: choice(["text", "json"], {
    default: "text",
    about: "Format: text, or one JSON object per line.",
  }),
  watchdog_thread: toggle({
    default: false,
    about: "Whether a thread (20 MB) reports a blocked server while it is " +
      "blocked, and not only afterwards.",
  }),
  file: toggle({
    default: false,
    about: "Whether the log also goes to logs/retropal.log in the data folder.",
  }),
  file_bytes: integer({
    default: 10_485_760,
    min: 10_000,
    max: 1_000_000_000,
    about: "Size at which a new log file is started.",
  }),
  file_days: integer({
    default: 30,
    min: 1,
    max: 36500,
    about:
      "Start a new log file after this many days, and remove an old one this " +
      "many days after its last line.",
  }),
  file_keep: integer({
    default: 5,
    min: 1,
    max: 100,
    about: "Number of old log files kept.",
  }),
} as const;

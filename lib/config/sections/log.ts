/**
 * Settings for the log.
 *
 * @module
 */
import { choice, integer, toggle } from "../setting.ts";

export const LOG = {
  level: choice(["debug", "info", "warning", "warn", "error"], {
    default: "info",
    about: "How much is logged.",
    live: true,
  }),
  format: choice(["text", "json"], {
    default: "text",
    about: "For people, or one JSON object a line for machines.",
  }),
  watchdog_thread: toggle({
    default: false,
    about:
      "Whether a thread (of 20 MB) tells that the server stands still while " +
      "it does, and not only afterwards.",
  }),
  file: toggle({
    default: false,
    about: "Whether the log also goes to logs/retropal.log in the data folder.",
  }),
  file_bytes: integer({
    default: 10_485_760,
    min: 10_000,
    max: 1_000_000_000,
    about: "At what size a new log file is begun.",
  }),
  file_days: integer({
    default: 30,
    min: 1,
    max: 36500,
    about:
      "Begin a new log file after this many days, and remove an old one as " +
      "many days after its last line.",
  }),
  file_keep: integer({
    default: 5,
    min: 1,
    max: 100,
    about: "How many old log files are kept.",
  }),
} as const;

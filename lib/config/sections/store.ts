/**
 * Settings for the database.
 *
 * @module
 */
import { choice, integer } from "../setting.ts";

export const STORE = {
  durability: choice(["normal", "full"], {
    default: "normal",
    about: "normal: a crash loses nothing, a power failure may lose the last " +
      "moments. full: a power failure loses nothing either, at some cost in " +
      "speed.",
  }),
  audit_days: integer({
    default: 365,
    min: 1,
    max: 36500,
    about: "Days that the audit log is kept.",
    live: true,
  }),
  complaint_days: integer({
    default: 365,
    min: 1,
    max: 36500,
    about: "Days that a complaint is kept after it was closed.",
    live: true,
  }),
  session_days: integer({
    default: 90,
    min: 1,
    max: 36500,
    about:
      "Days for which the server remembers when, and from which address, a " +
      "user was online.",
    live: true,
  }),
  place_days: integer({
    default: 365,
    min: 1,
    max: 36500,
    about:
      "Days for which the server remembers a network from which a user has " +
      "signed on: sign-ons from there do not wait while somebody guesses " +
      "the password.",
    live: true,
  }),
  message_days: integer({
    default: 0,
    min: 0,
    max: 36500,
    about: "Days that a message waits for a user who is offline; then it is " +
      "removed unread. 0: until it is delivered. E-mail addresses that users " +
      "have invited are kept as long.",
    live: true,
  }),
  note_days: integer({
    default: 0,
    min: 0,
    max: 36500,
    about:
      "Days that a note of the staff about a user is kept. 0: until it is " +
      "removed, or the account is.",
    live: true,
  }),
  statistics_days: integer({
    default: 730,
    min: 1,
    max: 36500,
    about: "Days that statistics are kept: load, busy hours and rooms, voice " +
      "quality. They name no people.",
    live: true,
  }),
  backup_keep: integer({
    default: 7,
    min: 1,
    max: 1000,
    about: "Number of backups of each kind (by command, nightly) kept.",
    live: true,
  }),
} as const;

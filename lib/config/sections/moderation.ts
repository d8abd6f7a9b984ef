/**
 * Settings for moderation.
 *
 * @module
 */
import { integer, toggle } from "../setting.ts";

export const MODERATION = {
  complaints_per_day: integer({
    default: 20,
    min: 1,
    max: 1000,
    about: "Complaints that one user can make in 24 hours.",
    live: true,
  }),
  room_lines: integer({
    default: 0,
    min: 0,
    max: 100,
    about:
      "Number of a room's last lines that are saved with a complaint from " +
      "that room, for staff to read. 0: none. Whispers are never saved.",
    live: true,
  }),
  words_in_names: toggle({
    default: true,
    about:
      "Whether nicknames that people choose, and names of rooms that they " +
      "open, are refused if they contain a listed word.",
    live: true,
  }),
  words_in_messages: toggle({
    default: false,
    about:
      "Whether the word list also applies to private messages between users. " +
      "Messages to staff are exempt.",
    live: true,
  }),
} as const;

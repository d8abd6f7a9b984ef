import type { Migration } from "./migration.ts";

/** Slow mode of rooms, and the list of words. */
export const words: Migration = {
  version: 12,
  name: "words",
  up: `
    ALTER TABLE groups ADD COLUMN slow_seconds INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE words (
      id INTEGER PRIMARY KEY,
      word TEXT NOT NULL,
      word_key TEXT NOT NULL UNIQUE,
      action TEXT NOT NULL,
      added_by TEXT NOT NULL,
      at INTEGER NOT NULL
    ) STRICT;
  `,
};

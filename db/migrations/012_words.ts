import type { Migration } from "./migration.ts";

/** Adds slow mode of rooms and the list of filtered words. */
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

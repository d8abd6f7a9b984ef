import type { Migration } from "./migration.ts";

/**
 * Adds the emergency settings, which override those for registration and
 * sign-on.
 */
export const emergency: Migration = {
  version: 13,
  name: "emergency",
  up: `
    CREATE TABLE emergency (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      level TEXT NOT NULL,
      reason TEXT NOT NULL,
      set_by TEXT NOT NULL,
      at INTEGER NOT NULL
    ) STRICT;
  `,
};

import type { Migration } from "./migration.ts";

/** Adds server-wide mutes, staff notes and past sessions. */
export const moderation: Migration = {
  version: 11,
  name: "moderation",
  up: `
    CREATE TABLE mutes (
      uid INTEGER NOT NULL UNIQUE REFERENCES users ON DELETE CASCADE,
      reason TEXT NOT NULL,
      muted_by TEXT NOT NULL,
      rank INTEGER NOT NULL,
      at INTEGER NOT NULL,
      until INTEGER
    ) STRICT;
    CREATE TABLE user_notes (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      uid INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
      at INTEGER NOT NULL,
      written_by TEXT NOT NULL,
      text TEXT NOT NULL
    ) STRICT;
    CREATE INDEX user_notes_uid ON user_notes (uid, id);
    CREATE TABLE past_sessions (
      id INTEGER PRIMARY KEY,
      uid INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
      began_at INTEGER NOT NULL,
      ended_at INTEGER NOT NULL,
      address TEXT NOT NULL
    ) STRICT;
    CREATE INDEX past_sessions_uid ON past_sessions (uid, id);
    CREATE INDEX past_sessions_ended ON past_sessions (ended_at);
  `,
};

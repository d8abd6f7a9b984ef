import type { Migration } from "./migration.ts";

/**
 * Adds a primary key to the tables that had none. Changes of rows without one
 * cannot be replicated to another core of a cluster (docs/clustering.md).
 */
export const primaryKeys: Migration = {
  version: 17,
  name: "primary_keys",
  up: `
    ALTER TABLE mutes RENAME TO old_mutes;
    CREATE TABLE mutes (
      uid INTEGER PRIMARY KEY REFERENCES users ON DELETE CASCADE,
      reason TEXT NOT NULL,
      muted_by TEXT NOT NULL,
      rank INTEGER NOT NULL,
      at INTEGER NOT NULL,
      until INTEGER
    ) STRICT;
    INSERT INTO mutes SELECT uid, reason, muted_by, rank, at, until
      FROM old_mutes;
    DROP TABLE old_mutes;

    ALTER TABLE two_step RENAME TO old_two_step;
    CREATE TABLE two_step (
      uid INTEGER PRIMARY KEY REFERENCES users ON DELETE CASCADE,
      secret TEXT NOT NULL,
      since INTEGER NOT NULL,
      last_step INTEGER NOT NULL,
      recovery TEXT NOT NULL
    ) STRICT;
    INSERT INTO two_step SELECT uid, secret, since, last_step, recovery
      FROM old_two_step;
    DROP TABLE old_two_step;

    ALTER TABLE password_resets RENAME TO old_password_resets;
    CREATE TABLE password_resets (
      uid INTEGER PRIMARY KEY REFERENCES users ON DELETE CASCADE,
      token_hash TEXT NOT NULL UNIQUE,
      password_hash TEXT NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT;
    INSERT INTO password_resets
      SELECT uid, token_hash, password_hash, expires_at
      FROM old_password_resets;
    DROP TABLE old_password_resets;
  `,
};

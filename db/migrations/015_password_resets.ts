import type { Migration } from "./migration.ts";

/** Adds links for resetting a forgotten password. */
export const passwordResets: Migration = {
  version: 15,
  name: "password_resets",
  up: `
    CREATE TABLE password_resets (
      uid INTEGER NOT NULL UNIQUE REFERENCES users ON DELETE CASCADE,
      token_hash TEXT NOT NULL UNIQUE,
      password_hash TEXT NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT;
  `,
};

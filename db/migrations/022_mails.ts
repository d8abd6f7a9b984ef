import type { Migration } from "./migration.ts";

/** E-mail that waits to be sent, or that was refused. */
export const mails: Migration = {
  version: 22,
  name: "mails",
  up: `
    CREATE TABLE mails (
      id INTEGER PRIMARY KEY,
      uid INTEGER REFERENCES users ON DELETE CASCADE,
      recipient TEXT NOT NULL,
      subject TEXT NOT NULL,
      body TEXT NOT NULL,
      made_at INTEGER NOT NULL,
      next_at INTEGER NOT NULL,
      tries INTEGER NOT NULL,
      fault TEXT NOT NULL,
      failed_at INTEGER,
      expires_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX mails_by_user ON mails (uid);
    CREATE INDEX mails_by_turn ON mails (next_at) WHERE failed_at IS NULL;
    CREATE INDEX mails_by_end ON mails (expires_at);
  `,
};

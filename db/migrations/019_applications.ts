import type { Migration } from "./migration.ts";

/** Adds accounts that wait for the host's approval. */
export const applications: Migration = {
  version: 19,
  name: "applications",
  up: `
    CREATE TABLE applications (
      uid INTEGER PRIMARY KEY REFERENCES users ON DELETE CASCADE,
      at INTEGER NOT NULL,
      host TEXT NOT NULL,
      message TEXT NOT NULL,
      rejected_at INTEGER,
      rejected_by TEXT NOT NULL,
      reason TEXT NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX applications_by_host ON applications (host);
  `,
};

import type { Migration } from "./migration.ts";

/** Browsers that are signed in on the pages. */
export const webSessions: Migration = {
  version: 21,
  name: "web_sessions",
  up: `
    CREATE TABLE web_sessions (
      key_hash TEXT NOT NULL PRIMARY KEY,
      uid INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
      password_mark TEXT NOT NULL,
      address TEXT NOT NULL,
      browser TEXT NOT NULL,
      began_at INTEGER NOT NULL,
      last_at INTEGER NOT NULL,
      desk_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX web_sessions_by_user ON web_sessions (uid);
    CREATE INDEX web_sessions_by_end ON web_sessions (expires_at);
  `,
};

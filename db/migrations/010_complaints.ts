import type { Migration } from "./migration.ts";

/** Adds calls for staff, stored until somebody has handled them. */
export const complaints: Migration = {
  version: 10,
  name: "complaints",
  up: `
    CREATE TABLE complaints (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      at INTEGER NOT NULL,
      reporter INTEGER REFERENCES users ON DELETE SET NULL,
      reporter_name TEXT NOT NULL,
      about INTEGER REFERENCES users ON DELETE SET NULL,
      about_name TEXT NOT NULL,
      gid INTEGER,
      room TEXT NOT NULL,
      text TEXT NOT NULL,
      lines TEXT NOT NULL,
      state TEXT NOT NULL DEFAULT 'open',
      note TEXT NOT NULL DEFAULT '',
      handled_by TEXT NOT NULL DEFAULT '',
      handled_at INTEGER
    ) STRICT;
    CREATE INDEX complaints_state ON complaints (state, id);
    CREATE INDEX complaints_reporter ON complaints (reporter, id);
    CREATE INDEX complaints_about ON complaints (about, id);
  `,
};

import type { Migration } from "./migration.ts";

/** Adds statistics of use by hour, day and week. */
export const statistics: Migration = {
  version: 18,
  name: "statistics",
  up: `
    CREATE TABLE stat_hours (
      at INTEGER PRIMARY KEY,
      seconds INTEGER NOT NULL,
      people_seconds INTEGER NOT NULL,
      people_peak INTEGER NOT NULL,
      sign_ons INTEGER NOT NULL,
      upload_bytes INTEGER NOT NULL,
      upload_peak INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE stat_people (
      kind TEXT NOT NULL,
      at INTEGER NOT NULL,
      people INTEGER NOT NULL,
      fresh INTEGER NOT NULL,
      PRIMARY KEY (at, kind)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE stat_rooms (
      at INTEGER NOT NULL,
      gid INTEGER NOT NULL,
      name TEXT NOT NULL,
      member_seconds INTEGER NOT NULL,
      members_peak INTEGER NOT NULL,
      heard_ms INTEGER NOT NULL,
      received INTEGER NOT NULL,
      lost INTEGER NOT NULL,
      late INTEGER NOT NULL,
      jitter_sum INTEGER NOT NULL,
      sent INTEGER NOT NULL,
      dropped INTEGER NOT NULL,
      PRIMARY KEY (at, gid, name)
    ) STRICT, WITHOUT ROWID;
  `,
};

import type { Migration } from "./migration.ts";

/**
 * Adds to each ban the rank of the person who made it: nobody of lower rank can
 * lift it, and it does not affect users of higher rank. Bans made on the
 * command line have rank 4; bans in rooms have rank 0 unless staff made them.
 */
export const ranks: Migration = {
  version: 4,
  name: "ranks",
  up: `
    ALTER TABLE bans ADD COLUMN banned_by_uid INTEGER;
    ALTER TABLE bans ADD COLUMN rank INTEGER NOT NULL DEFAULT 4;
    UPDATE bans SET
      banned_by_uid = (SELECT uid FROM users WHERE nickname = banned_by),
      rank = COALESCE(
        (SELECT role FROM users WHERE nickname = banned_by), 4);
    ALTER TABLE group_bans ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE group_bounces ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
  `,
};

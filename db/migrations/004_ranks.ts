import type { Migration } from "./migration.ts";

/**
 * Bans keep the rank of the person who gave them, so that nobody below can
 * lift them and nobody above is hit. Bans of the command line have rank 4;
 * those in rooms have rank 0 unless staff gave them.
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

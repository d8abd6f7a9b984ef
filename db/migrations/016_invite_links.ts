import type { Migration } from "./migration.ts";

/** Adds invite codes that are part of a link, and the room it leads to. */
export const inviteLinks: Migration = {
  version: 16,
  name: "invite_links",
  up: `
    ALTER TABLE invite_codes ADD COLUMN link INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE invite_codes ADD COLUMN room INTEGER;
  `,
};

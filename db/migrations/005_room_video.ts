/**
 * Adds the setting that turns webcams off in a room.
 *
 * @module
 */
import type { Migration } from "./migration.ts";

export const roomVideo: Migration = {
  version: 5,
  name: "room_video",
  up: "ALTER TABLE groups ADD COLUMN video INTEGER NOT NULL DEFAULT 1;",
};

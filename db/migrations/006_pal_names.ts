import type { Migration } from "./migration.ts";

/** Adds the name that the owner of a pal list gave to a pal; "" for none. */
export const palNames: Migration = {
  version: 6,
  name: "pal_names",
  up: "ALTER TABLE buddies ADD COLUMN display TEXT NOT NULL DEFAULT ''",
};

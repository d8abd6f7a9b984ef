import type { Migration } from "./migration.ts";

/** Adds the number of the question that a password hint answers. */
export const hintQuestion: Migration = {
  version: 3,
  name: "hint_question",
  up: "ALTER TABLE users ADD COLUMN hint_question INTEGER NOT NULL DEFAULT 0",
};

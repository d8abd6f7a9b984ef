import type { Migration } from "./migration.ts";

/** The number of the question that a password hint was given for. */
export const hintQuestion: Migration = {
  version: 3,
  name: "hint_question",
  up: "ALTER TABLE users ADD COLUMN hint_question INTEGER NOT NULL DEFAULT 0",
};

import type { Migration } from "./migration.ts";

/** Adds two-step sign-in on the pages. */
export const twoStep: Migration = {
  version: 14,
  name: "two_step",
  up: `
    CREATE TABLE two_step (
      uid INTEGER NOT NULL UNIQUE REFERENCES users ON DELETE CASCADE,
      secret TEXT NOT NULL,
      since INTEGER NOT NULL,
      last_step INTEGER NOT NULL,
      recovery TEXT NOT NULL
    ) STRICT;
  `,
};

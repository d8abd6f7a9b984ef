import * as files from "./list.ts";
import type { Migration } from "./migration.ts";

export type { Migration } from "./migration.ts";

/** All migrations, oldest first. */
export const MIGRATIONS: readonly Migration[] = Object.values(files)
  .toSorted((a, b) => a.version - b.version);

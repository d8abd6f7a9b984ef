import type { Database } from "../database.ts";

/**
 * One step of the schema, done in one transaction. Frozen once released:
 * later changes are later migrations.
 *
 * Foreign keys are not enforced while it runs, so a table can be rebuilt
 * (CREATE new, INSERT … SELECT, DROP old, RENAME) without cascading deletes;
 * they are checked before the step is committed.
 */
export interface Migration {
  /** `PRAGMA user_version` after it; the steps count 1, 2, 3, … */
  readonly version: number;
  readonly name: string;
  /** SQL; "" when `fill` does everything. */
  readonly up: string;
  /** Rows that need values rather than SQL text. `now` in milliseconds. */
  readonly fill?: (db: Database, now: number) => void;
}

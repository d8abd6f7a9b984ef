import type { Database } from "../database.ts";

/**
 * One step of the schema, run in one transaction. Frozen once released: later
 * changes are new migrations.
 *
 * Foreign keys are not enforced while it runs, so that a table can be rebuilt
 * (CREATE new, INSERT … SELECT, DROP old, RENAME) without cascading deletes;
 * they are checked before the commit.
 */
export interface Migration {
  /**
   * `PRAGMA user_version` after this migration; versions are consecutive from
   * 1.
   */
  readonly version: number;
  readonly name: string;
  /** SQL; "" when `fill` does all the work. */
  readonly up: string;
  /**
   * Writes rows whose values SQL text cannot express. `now` in milliseconds.
   */
  readonly fill?: (db: Database, now: number) => void;
}

import type { Database } from "../database.ts";

/** One step of the schema, done in one transaction. */
export interface Migration {
  /** `PRAGMA user_version` after it; the steps count 1, 2, 3, … */
  readonly version: number;
  readonly name: string;
  readonly up: string;
  /** Rows that need values rather than SQL text. `now` in milliseconds. */
  readonly fill?: (db: Database, now: number) => void;
}

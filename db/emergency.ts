/**
 * The emergency settings for registration and sign-on: the table emergency.
 *
 * @module
 */
import type {
  Emergency,
  EmergencyLevel,
  EmergencyState,
} from "../lib/domain/moderation.ts";
import { Columns, plain, type Row } from "./columns.ts";
import type { Database } from "./database.ts";

const COLUMNS = new Columns<EmergencyState>("emergency", {
  level: plain<EmergencyLevel>("level"),
  reason: plain("reason"),
  by: plain("set_by"),
  at: plain("at"),
});
const OPEN: EmergencyState = { level: "open", reason: "", by: "", at: 0 };

export class EmergencyTable implements Emergency {
  readonly #db: Database;
  /** Cached because every sign-on reads it, and only this process writes it. */
  #now: EmergencyState | undefined;

  constructor(db: Database) {
    this.#db = db;
  }

  get(): EmergencyState {
    if (this.#now === undefined) {
      const row = this.#db.statement<Row>(
        "SELECT * FROM emergency WHERE id = 1",
      ).get();
      this.#now = row ? COLUMNS.fromRow(row) : OPEN;
    }
    return this.#now;
  }

  set(state: EmergencyState): void {
    // Read again later, because the surrounding transaction may be rolled back.
    this.#now = undefined;
    this.#db.statement(
      `INSERT INTO emergency (id, level, reason, set_by, at)
       VALUES (1, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET level = excluded.level,
         reason = excluded.reason, set_by = excluded.set_by, at = excluded.at`,
    ).run(state.level, state.reason, state.by, state.at);
  }
}

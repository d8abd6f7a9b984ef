/**
 * Accounts that wait for approval: the table applications.
 *
 * @module
 */
import type { Application, Applications } from "../lib/domain/moderation.ts";
import type { Millis, Uid } from "../lib/domain/store.ts";
import { Columns, plain, type Row } from "./columns.ts";
import type { Database } from "./database.ts";

const COLUMNS = new Columns<Application>("applications", {
  uid: plain("uid"),
  at: plain("at"),
  host: plain("host"),
  message: plain("message"),
  rejectedAt: plain<number | null>("rejected_at"),
  rejectedBy: plain("rejected_by"),
  reason: plain("reason"),
  expiresAt: plain("expires_at"),
});

export class ApplicationTable implements Applications {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  get(uid: Uid): Application | undefined {
    const row = this.#db.statement<Row>(
      "SELECT * FROM applications WHERE uid = ?",
    ).get(uid);
    return row && COLUMNS.fromRow(row);
  }

  set(one: Application): void {
    this.#db.transaction(() => {
      this.remove(one.uid);
      COLUMNS.insert(this.#db, one);
    });
  }

  remove(uid: Uid): boolean {
    return this.#db.statement("DELETE FROM applications WHERE uid = ?")
      .run(uid) === 1;
  }

  list(): Application[] {
    return this.#db.statement<Row>(
      "SELECT * FROM applications ORDER BY at, uid",
    ).all().map((row) => COLUMNS.fromRow(row));
  }

  countFrom(host: string): number {
    return this.#db.statement<{ count: number }>(
      "SELECT count(*) AS count FROM applications WHERE host = ?",
    ).get(host)?.count ?? 0;
  }

  count(): number {
    return this.#db.statement<{ count: number }>(
      "SELECT count(*) AS count FROM applications",
    ).get()?.count ?? 0;
  }

  expired(now: Millis): Application[] {
    return this.list().filter(({ expiresAt }) => expiresAt <= now);
  }
}

/**
 * E-mail that waits to be sent, or that was refused.
 *
 * @module
 */
import type { Millis, StoredMail, StoredMails } from "../lib/domain/store.ts";
import { Columns, plain, type Row } from "./columns.ts";
import type { Database } from "./database.ts";

const MAILS = new Columns<StoredMail>("mails", {
  id: plain("id", { fixed: true }),
  uid: plain<number | null>("uid", { initial: null }),
  recipient: plain("recipient"),
  subject: plain("subject"),
  body: plain("body"),
  madeAt: plain("made_at"),
  nextAt: plain("next_at"),
  tries: plain("tries"),
  fault: plain("fault"),
  failedAt: plain<number | null>("failed_at", { initial: null }),
  expiresAt: plain("expires_at"),
});

export class MailTable implements StoredMails {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  add(mail: Omit<StoredMail, "id">): number {
    return MAILS.insert(this.#db, mail);
  }

  next(): StoredMail | undefined {
    const row = this.#db.statement<Row>(
      `SELECT * FROM mails WHERE failed_at IS NULL
       ORDER BY next_at, id LIMIT 1`,
    ).get();
    return row && MAILS.fromRow(row);
  }

  update(mail: StoredMail): void {
    MAILS.update(this.#db, mail.id, mail);
  }

  remove(id: number): boolean {
    return this.#db.statement("DELETE FROM mails WHERE id = ?").run(id) === 1;
  }

  makeDue(at: Millis, id?: number): number {
    return id === undefined
      ? this.#db.statement(
        "UPDATE mails SET next_at = ? WHERE failed_at IS NULL",
      ).run(at)
      : this.#db.statement(
        "UPDATE mails SET next_at = ? WHERE failed_at IS NULL AND id = ?",
      ).run(at, id);
  }

  waiting(): number {
    return this.#db.statement<{ rows: number }>(
      "SELECT count(*) AS rows FROM mails WHERE failed_at IS NULL",
    ).get()!.rows;
  }

  list(): StoredMail[] {
    return this.#db.statement<Row>("SELECT * FROM mails ORDER BY id")
      .all().map((row) => MAILS.fromRow(row));
  }
}

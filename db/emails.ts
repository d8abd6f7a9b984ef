/**
 * Checked e-mail addresses, and the links in e-mails: the tables email_checks
 * and email_links.
 *
 * @module
 */
import type {
  EmailCheck,
  EmailLink,
  EmailPurpose,
  Emails,
  Millis,
  Uid,
} from "../lib/domain/store.ts";
import { Columns, plain, type Row } from "./columns.ts";
import type { Database } from "./database.ts";

const CHECKS = new Columns<EmailCheck>("email_checks", {
  uid: plain("uid"),
  email: plain("email"),
  confirmedAt: plain<number | null>("confirmed_at"),
});

const LINKS = new Columns<EmailLink>("email_links", {
  tokenHash: plain("token_hash"),
  uid: plain("uid"),
  purpose: plain<EmailPurpose>("purpose"),
  email: plain("email"),
  passwordHash: plain("password_hash"),
  madeAt: plain("made_at"),
  expiresAt: plain("expires_at"),
});

export class EmailTables implements Emails {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  check(uid: Uid): EmailCheck | undefined {
    const row = this.#db.statement<Row>(
      "SELECT * FROM email_checks WHERE uid = ?",
    ).get(uid);
    return row && CHECKS.fromRow(row);
  }

  setCheck(check: EmailCheck): void {
    this.#db.transaction(() => {
      this.#db.statement("DELETE FROM email_checks WHERE uid = ?")
        .run(check.uid);
      CHECKS.insert(this.#db, check);
    });
  }

  addLink(link: EmailLink): void {
    LINKS.insert(this.#db, link);
  }

  link(tokenHash: string, now: Millis): EmailLink | undefined {
    const row = this.#db.statement<Row>(
      "SELECT * FROM email_links WHERE token_hash = ?",
    ).get(tokenHash);
    const link = row && LINKS.fromRow(row);
    return link !== undefined && link.expiresAt > now ? link : undefined;
  }

  links(uid: Uid, purpose: EmailPurpose): EmailLink[] {
    return this.#db.statement<Row>(
      "SELECT * FROM email_links WHERE uid = ? AND purpose = ?",
    ).all(uid, purpose).map((row) => LINKS.fromRow(row));
  }

  removeLinks(uid: Uid, purpose: EmailPurpose): void {
    this.#db.statement("DELETE FROM email_links WHERE uid = ? AND purpose = ?")
      .run(uid, purpose);
  }
}

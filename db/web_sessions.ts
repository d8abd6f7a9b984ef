/**
 * Browsers that are signed in on the pages.
 *
 * @module
 */
import type {
  Millis,
  StoredWebSession,
  StoredWebSessions,
  Uid,
} from "../lib/domain/store.ts";
import { Columns, plain, type Row } from "./columns.ts";
import type { Database } from "./database.ts";

const SESSIONS = new Columns<StoredWebSession>("web_sessions", {
  keyHash: plain("key_hash"),
  uid: plain("uid"),
  passwordMark: plain("password_mark"),
  address: plain("address"),
  browser: plain("browser"),
  beganAt: plain("began_at"),
  lastAt: plain("last_at"),
  deskAt: plain("desk_at"),
  expiresAt: plain("expires_at"),
});

export class WebSessionTable implements StoredWebSessions {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  add(session: StoredWebSession): void {
    SESSIONS.insert(this.#db, session);
  }

  used(
    { keyHash, lastAt, deskAt, expiresAt }: Pick<
      StoredWebSession,
      "keyHash" | "lastAt" | "deskAt" | "expiresAt"
    >,
  ): void {
    this.#db.statement(
      `UPDATE web_sessions SET last_at = ?, desk_at = ?, expires_at = ?
       WHERE key_hash = ?`,
    ).run(lastAt, deskAt, expiresAt, keyHash);
  }

  remove(keyHash: string): void {
    this.#db.statement("DELETE FROM web_sessions WHERE key_hash = ?")
      .run(keyHash);
  }

  of(uid: Uid): StoredWebSession[] {
    return this.#db.statement<Row>("SELECT * FROM web_sessions WHERE uid = ?")
      .all(uid).map((row) => SESSIONS.fromRow(row)).sort(byAge);
  }

  list(now: Millis): StoredWebSession[] {
    return this.#db.statement<Row>(
      "SELECT * FROM web_sessions WHERE expires_at > ?",
    ).all(now).map((row) => SESSIONS.fromRow(row)).sort(byAge);
  }
}

function byAge(a: StoredWebSession, b: StoredWebSession): number {
  return a.beganAt - b.beganAt;
}

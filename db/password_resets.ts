/**
 * Links for resetting a forgotten password: the table password_resets.
 *
 * @module
 */
import type {
  Millis,
  PasswordReset,
  PasswordResets,
  Uid,
} from "../lib/domain/store.ts";
import type { Database } from "./database.ts";

interface Row {
  uid: number;
  token_hash: string;
  password_hash: string;
  expires_at: number;
}

export class PasswordResetTable implements PasswordResets {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  add({ uid, tokenHash, passwordHash, expiresAt }: PasswordReset): void {
    this.#db.statement(
      `INSERT OR REPLACE INTO password_resets
         (uid, token_hash, password_hash, expires_at) VALUES (?, ?, ?, ?)`,
    ).run(uid, tokenHash, passwordHash, expiresAt);
  }

  find(tokenHash: string, now: Millis): PasswordReset | undefined {
    const row = this.#db.statement<Row>(
      "SELECT * FROM password_resets WHERE token_hash = ?",
    ).get(tokenHash);
    if (row === undefined || row.expires_at <= now) return undefined;
    return {
      uid: row.uid,
      tokenHash: row.token_hash,
      passwordHash: row.password_hash,
      expiresAt: row.expires_at,
    };
  }

  remove(uid: Uid): boolean {
    return this.#db.statement("DELETE FROM password_resets WHERE uid = ?")
      .run(uid) === 1;
  }
}

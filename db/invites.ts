/**
 * Invitations: the tables invite_codes (for registration) and email_invites
 * (packet -200).
 *
 * @module
 */

import { foldName } from "../lib/domain/names.ts";
import type {
  EmailInvite,
  EmailInvites,
  InviteCode,
  InviteCodes,
  Millis,
  Uid,
} from "../lib/domain/store.ts";
import type { Database } from "./database.ts";

const MOST_LISTED = 1000;

interface CodeRow {
  code: string;
  uses_left: number;
  created_by: string;
  created_at: number;
  expires_at: number | null;
  link: number;
  room: number | null;
}

const inviteOf = (row: CodeRow): InviteCode => ({
  code: row.code,
  usesLeft: row.uses_left,
  createdBy: row.created_by,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  link: row.link === 1,
  room: row.room,
});

export class InviteCodeTable implements InviteCodes {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  add(invite: Parameters<InviteCodes["add"]>[0]): void {
    const { code, usesLeft, createdBy, createdAt, expiresAt } = invite;
    this.#db.statement(
      `INSERT INTO invite_codes
         (code, uses_left, created_by, created_at, expires_at, link, room)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      code,
      usesLeft,
      createdBy,
      createdAt,
      expiresAt,
      invite.link ? 1 : 0,
      invite.room ?? null,
    );
  }

  /** Returns the codes that can still be redeemed, newest first. */
  list(now: Millis): InviteCode[] {
    return this.#db.statement<CodeRow>(
      `SELECT * FROM invite_codes
       WHERE uses_left > 0 AND (expires_at IS NULL OR expires_at > ?)
       ORDER BY created_at DESC, code DESC LIMIT ${MOST_LISTED}`,
    ).all(now).map(inviteOf);
  }

  find(code: string, now: Millis): InviteCode | undefined {
    const row = this.#db.statement<CodeRow>(
      `SELECT * FROM invite_codes
       WHERE code = ? AND uses_left > 0
       AND (expires_at IS NULL OR expires_at > ?)`,
    ).get(code, now);
    return row && inviteOf(row);
  }

  redeem(code: string, now: Millis): boolean {
    // One statement, so that two registrations cannot both take the last use.
    return this.#db.statement(
      `UPDATE invite_codes SET uses_left = uses_left - 1
       WHERE code = ? AND uses_left > 0
       AND (expires_at IS NULL OR expires_at > ?)`,
    ).run(code, now) === 1;
  }

  remove(code: string): boolean {
    return this.#db.statement("DELETE FROM invite_codes WHERE code = ?")
      .run(code) === 1;
  }
}

export class EmailInviteTable implements EmailInvites {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Adds an invitation; a second one for the same address only updates the
   * date.
   */
  add({ from, email, at }: EmailInvite): void {
    this.#db.statement(
      `INSERT INTO email_invites (uid, email, email_key, invited_at)
       VALUES (?, ?, ?, ?)
       ON CONFLICT (uid, email_key) DO UPDATE
       SET email = excluded.email, invited_at = excluded.invited_at`,
    ).run(from, email, foldName(email), at);
  }

  list(from: Uid): EmailInvite[] {
    return this.#db.statement<{ email: string; invited_at: number }>(
      `SELECT email, invited_at FROM email_invites WHERE uid = ?
       ORDER BY email_key LIMIT ${MOST_LISTED}`,
    ).all(from).map((row) => ({
      from,
      email: row.email,
      at: row.invited_at,
    }));
  }
}

/**
 * Mutes, staff notes and past sessions: the tables mutes, user_notes and
 * past_sessions.
 *
 * @module
 */
import type {
  Mute,
  Mutes,
  PastSession,
  PastSessions,
  UserNote,
  UserNotes,
} from "../lib/domain/moderation.ts";
import type { Millis, Uid } from "../lib/domain/store.ts";
import { Columns, plain, type Row } from "./columns.ts";
import type { Database } from "./database.ts";
import { deferOnFailure } from "./errors.ts";
import { bounded } from "./limits.ts";

const MUTES = new Columns<Mute>("mutes", {
  uid: plain("uid"),
  reason: plain("reason"),
  by: plain("muted_by"),
  rank: plain("rank"),
  at: plain("at"),
  until: plain<number | null>("until", { initial: null }),
});

export class MuteTable implements Mutes {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  set(mute: Mute): void {
    this.#db.transaction(() => {
      this.remove(mute.uid);
      MUTES.insert(this.#db, mute);
    });
  }

  get(uid: Uid, now: Millis): Mute | undefined {
    const row = this.#db.statement<Row>(
      "SELECT * FROM mutes WHERE uid = ? AND (until IS NULL OR until > ?)",
    ).get(uid, now);
    return row && MUTES.fromRow(row);
  }

  list(now: Millis): Mute[] {
    return this.#db.statement<Row>(
      `SELECT * FROM mutes WHERE until IS NULL OR until > ? ORDER BY uid`,
    ).all(now).map((row) => MUTES.fromRow(row));
  }

  remove(uid: Uid): boolean {
    return this.#db.statement("DELETE FROM mutes WHERE uid = ?")
      .run(uid) === 1;
  }
}

const NOTES = new Columns<UserNote>("user_notes", {
  id: plain("id", { fixed: true }),
  uid: plain("uid"),
  at: plain("at"),
  by: plain("written_by"),
  text: plain("text"),
});
const MOST_NOTES = 1000;

export class NoteTable implements UserNotes {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  add(note: Omit<UserNote, "id">): UserNote {
    return { id: NOTES.insert(this.#db, note), ...note };
  }

  get(id: number): UserNote | undefined {
    const row = this.#db.statement<Row>("SELECT * FROM user_notes WHERE id = ?")
      .get(id);
    return row && NOTES.fromRow(row);
  }

  list(uid: Uid): UserNote[] {
    return this.#db.statement<Row>(
      `SELECT * FROM user_notes WHERE uid = ? ORDER BY id DESC
       LIMIT ${MOST_NOTES}`,
    ).all(uid).map((row) => NOTES.fromRow(row));
  }

  remove(id: number): boolean {
    return this.#db.statement("DELETE FROM user_notes WHERE id = ?")
      .run(id) === 1;
  }
}

const MOST_SESSIONS = 1000;
/** Past sessions written in one batch. */
const SESSIONS_AT_ONCE = 64;
/**
 * Maximum sessions kept in memory while they cannot be written; later ones are
 * dropped.
 */
const MOST_WAITING = 10_000;

export class PastSessionTable implements PastSessions {
  readonly #db: Database;
  readonly #flush: () => void;
  readonly #waiting: PastSession[] = [];

  constructor(db: Database, flush: () => void) {
    this.#db = db;
    this.#flush = flush;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  add(session: PastSession): void {
    if (this.#waiting.length >= MOST_WAITING) return;
    this.#waiting.push(session);
    if (this.#waiting.length % SESSIONS_AT_ONCE === 0) {
      deferOnFailure(this.#flush);
    }
  }

  list(uid: Uid, limit: number): PastSession[] {
    this.#flush();
    return this.#db.statement<
      { uid: number; began_at: number; ended_at: number; address: string }
    >("SELECT * FROM past_sessions WHERE uid = ? ORDER BY id DESC LIMIT ?")
      .all(uid, bounded(limit, MOST_SESSIONS))
      .map(({ began_at, ended_at, address }) => ({
        uid,
        beganAt: began_at,
        endedAt: ended_at,
        address,
      }));
  }

  /**
   * Writes pending sessions; call {@linkcode PastSessionTable.forget} after the
   * commit.
   */
  write(): void {
    // The account may have been removed meanwhile.
    const add = this.#db.statement(
      `INSERT INTO past_sessions (uid, began_at, ended_at, address)
       SELECT uid, ?, ?, ? FROM users WHERE uid = ?`,
    );
    for (const { uid, beganAt, endedAt, address } of this.#waiting) {
      add.run(beganAt, endedAt, address, uid);
    }
  }

  forget(): void {
    this.#waiting.length = 0;
  }
}

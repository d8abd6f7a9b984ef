/**
 * Bans from the server: the table bans.
 *
 * @module
 */

import {
  type Ban,
  type BanKind,
  type Bans,
  HOST_LEVEL,
  type Millis,
  type NewBan,
} from "../lib/domain/store.ts";
import type { Database } from "./database.ts";

interface Row {
  id: number;
  kind: BanKind;
  target: string;
  reason: string;
  banned_by: string;
  banned_by_uid: number | null;
  rank: number;
  banned_at: number;
  banned_until: number | null;
}

export class BanTable implements Bans {
  readonly #db: Database;
  #revision = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  get revision(): number {
    return this.#revision;
  }

  add(ban: NewBan): Ban {
    const { kind, target, reason, by, at, until } = ban;
    const { byUid = null, rank = HOST_LEVEL } = ban;
    const id = this.#db.transaction(() => {
      this.remove(kind, target);
      return this.#db.statement(
        `INSERT INTO bans
           (kind, target, reason, banned_by, banned_by_uid, rank, banned_at,
            banned_until)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ).insert(kind, target, reason, by, byUid, rank, at, until);
    });
    this.#revision++;
    return { id, kind, target, reason, by, byUid, rank, at, until };
  }

  /** Returns every ban: one that the list left out would not be enforced. */
  list(now: Millis): Ban[] {
    return this.#db.statement<Row>(
      `SELECT * FROM bans WHERE banned_until IS NULL OR banned_until > ?
       ORDER BY id`,
    ).all(now).map(toBan);
  }

  find(kind: BanKind, target: string, now: Millis): Ban | undefined {
    const row = this.#db.statement<Row>(
      `SELECT * FROM bans WHERE kind = ? AND target = ?
       AND (banned_until IS NULL OR banned_until > ?)`,
    ).get(kind, target, now);
    return row && toBan(row);
  }

  remove(kind: BanKind, target: string): boolean {
    this.#revision++;
    return this.#db.statement("DELETE FROM bans WHERE kind = ? AND target = ?")
      .run(kind, target) === 1;
  }
}

function toBan(row: Row): Ban {
  return {
    id: row.id,
    kind: row.kind,
    target: row.target,
    reason: row.reason,
    by: row.banned_by,
    byUid: row.banned_by_uid,
    rank: row.rank,
    at: row.banned_at,
    until: row.banned_until,
  };
}

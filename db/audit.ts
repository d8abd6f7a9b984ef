/**
 * The audit log: the table audit.
 *
 * @module
 */

import { foldName } from "../lib/domain/names.ts";
import {
  type Audit,
  type AuditEntry,
  type AuditFilter,
  StoreError,
} from "../lib/domain/store.ts";
import type { Database, Value } from "./database.ts";
import { deferOnFailure } from "./errors.ts";
import { bounded } from "./limits.ts";

interface Row {
  id: number;
  at: number;
  actor: string;
  actor_uid: number | null;
  address: string | null;
  action: string;
  target: string;
  before: string | null;
  after: string | null;
}

const MOST_LISTED = 100_000;
/** Entries written in one batch. A larger batch would block the event loop. */
const ENTRIES_AT_ONCE = 64;
/** Maximum entries kept in memory while they cannot be written to the disk. */
const MOST_KEPT = 10_000;

export class AuditTable implements Audit {
  readonly #db: Database;
  readonly #entries: AuditEntry[] = [];
  readonly #flush: () => void;

  /**
   * @param flush writes the entries, once there are many or a list needs them
   */
  constructor(db: Database, flush: () => void) {
    this.#db = db;
    this.#flush = flush;
  }

  add(entry: AuditEntry): void {
    if (this.#entries.length >= MOST_KEPT) {
      throw new StoreError(
        "full",
        `${MOST_KEPT} audit entries could not be written: see to the disk.`,
      );
    }
    this.#entries.push(entry);
    if (this.#entries.length % ENTRIES_AT_ONCE === 0) {
      deferOnFailure(this.#flush);
    }
  }

  /** Lists entries; names in the filter are not case-sensitive. */
  list(filter: AuditFilter = {}): (AuditEntry & { readonly id: number })[] {
    this.#flush();
    const { actor, action, target, since, until, limit = 100 } = filter;
    const wheres: string[] = [];
    const values: Value[] = [];
    const want = (where: string, value: Value | undefined) => {
      if (value === undefined) return;
      wheres.push(where);
      values.push(value);
    };
    want("actor_key = ?", actor && foldName(actor));
    want("action = ?", action);
    want("target_key = ?", target && foldName(target));
    want("at >= ?", since);
    want("at < ?", until);
    const where = wheres.length === 0 ? "" : `WHERE ${wheres.join(" AND ")}`;
    return this.#db.statement<Row>(
      `SELECT * FROM audit ${where} ORDER BY at DESC, id DESC LIMIT ?`,
    ).all(...values, bounded(limit, MOST_LISTED)).map(toEntry);
  }

  /** Number of entries to be written. */
  get waiting(): number {
    return this.#entries.length;
  }

  writeEntries(): void {
    const add = this.#db.statement(
      `INSERT INTO audit (at, actor, actor_key, actor_uid, address, action,
         target, target_key, before, after)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const entry of this.#entries) {
      add.run(
        entry.at,
        entry.actor,
        foldName(entry.actor),
        entry.actorUid,
        entry.address,
        entry.action,
        entry.target,
        foldName(entry.target),
        entry.before,
        entry.after,
      );
    }
  }

  forgetEntries(): void {
    this.#entries.length = 0;
  }
}

function toEntry(row: Row): AuditEntry & { readonly id: number } {
  return {
    id: row.id,
    at: row.at,
    actor: row.actor,
    actorUid: row.actor_uid,
    address: row.address,
    action: row.action,
    target: row.target,
    before: row.before,
    after: row.after,
  };
}

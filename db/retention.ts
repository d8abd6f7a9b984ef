/**
 * Deletes rows that are older than the retention settings allow, in small
 * batches.
 *
 * @module
 */
import type {
  AgeingKind,
  KeptKind,
  Retention,
} from "../lib/domain/retention.ts";
import type { Statistics } from "../lib/domain/statistics.ts";
import type { Millis } from "../lib/domain/store.ts";
import type { Database } from "./database.ts";

interface Rule {
  readonly table: string;
  /** Columns that identify a row. */
  readonly key: string;
  readonly time: string;
  /** Condition that a row must meet to be deleted. */
  readonly only?: string;
  /**
   * The table has no index on its time, but its rows were inserted in that
   * order.
   */
  readonly inOrder?: true;
}

const RULES: Readonly<Record<Exclude<KeptKind, "statistics">, Rule>> = {
  audit: { table: "audit", key: "id", time: "at" },
  complaints: {
    table: "complaints",
    key: "id",
    time: "handled_at",
    only: "state = 'closed'",
  },
  sessions: { table: "past_sessions", key: "id", time: "ended_at" },
  places: { table: "sign_on_places", key: "uid, network", time: "at" },
  messages: {
    table: "offline_messages",
    key: "id",
    time: "sent_at",
    inOrder: true,
  },
  profileMessages: {
    table: "profile_messages",
    key: "id",
    time: "sent_at",
    inOrder: true,
  },
  emailInvites: {
    table: "email_invites",
    key: "uid, email_key",
    time: "invited_at",
  },
  notes: { table: "user_notes", key: "id", time: "at", inOrder: true },
  load: { table: "history", key: "resolution, at", time: "at" },
  bans: { table: "bans", key: "id", time: "banned_until" },
  mutes: { table: "mutes", key: "uid", time: "until" },
  resetLinks: { table: "password_resets", key: "uid", time: "expires_at" },
  emailLinks: { table: "email_links", key: "token_hash", time: "expires_at" },
  mails: { table: "mails", key: "id", time: "expires_at" },
  webSessions: { table: "web_sessions", key: "key_hash", time: "expires_at" },
  inviteCodes: { table: "invite_codes", key: "code", time: "expires_at" },
};

export class RetentionOfTables implements Retention {
  readonly #db: Database;
  readonly #statistics: Statistics;
  readonly #flush: () => void;

  /**
   * @param flush writes pending rows, some of which may already be old enough
   */
  constructor(db: Database, statistics: Statistics, flush: () => void) {
    this.#db = db;
    this.#statistics = statistics;
    this.#flush = flush;
  }

  prune(kind: KeptKind, before: Millis, limit: number): number {
    this.#flush();
    if (kind === "statistics") return this.#statistics.prune(before, limit);
    const { table, key, time, only = "TRUE", inOrder } = RULES[kind];
    const statement = inOrder
      ? `DELETE FROM ${table} WHERE ${time} < ?1 AND ${key} IN
           (SELECT ${key} FROM ${table} ORDER BY ${key} LIMIT ?2)`
      : `DELETE FROM ${table} WHERE (${key}) IN
           (SELECT ${key} FROM ${table} WHERE ${time} < ?1 AND ${only}
            LIMIT ?2)`;
    return this.#db.statement(statement).run(before, limit);
  }

  oldest(kind: AgeingKind): Millis | undefined {
    this.#flush();
    if (kind === "statistics") return this.#statistics.oldest();
    const { table, key, time, only = "TRUE", inOrder } = RULES[kind];
    const row = this.#db.statement<{ at: number | null }>(
      inOrder
        ? `SELECT ${time} AS at FROM ${table} ORDER BY ${key} LIMIT 1`
        : `SELECT min(${time}) AS at FROM ${table} WHERE ${only}`,
    ).get();
    return row?.at ?? undefined;
  }
}

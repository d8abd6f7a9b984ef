/**
 * Messages for users who are offline: the table offline_messages.
 *
 * @module
 */

import type {
  OfflineMessage,
  OfflineMessages,
  Uid,
} from "../lib/domain/store.ts";
import type { Database } from "./database.ts";
import { bounded } from "./limits.ts";

interface Row {
  id: number;
  receiver: number;
  sender: number;
  body: Uint8Array;
  sent_at: number;
}

/** Maximum messages delivered in one read; the rest is delivered next time. */
const MOST_WAITING = 10_000;

export class MessageTable implements OfflineMessages {
  readonly #db: Database;
  readonly #add;
  readonly #waiting;
  readonly #sentBy;
  readonly #count;
  readonly #countFrom;
  readonly #remove;

  constructor(db: Database) {
    this.#db = db;
    this.#add = db.statement(
      `INSERT INTO offline_messages (receiver, sender, body, sent_at)
       VALUES (?, ?, ?, ?)`,
    );
    // Ordered by id, because two messages may have the same millisecond.
    this.#waiting = db.statement<Row>(
      `SELECT * FROM offline_messages WHERE receiver = ?
       ORDER BY id LIMIT ?`,
    );
    this.#sentBy = db.statement<Row>(
      `SELECT * FROM offline_messages WHERE sender = ?
       ORDER BY id LIMIT ${MOST_WAITING}`,
    );
    this.#count = db.statement<{ waiting: number }>(
      "SELECT count(*) AS waiting FROM offline_messages WHERE receiver = ?",
    );
    this.#countFrom = db.statement<{ waiting: number }>(
      `SELECT count(*) AS waiting FROM offline_messages
       WHERE receiver = ? AND sender = ?`,
    );
    this.#remove = db.statement("DELETE FROM offline_messages WHERE id = ?");
  }

  add(message: Omit<OfflineMessage, "id">): OfflineMessage {
    const { to, from, body, at } = message;
    return { id: this.#add.insert(to, from, body, at), to, from, body, at };
  }

  waiting(to: Uid, limit = MOST_WAITING): OfflineMessage[] {
    return this.#waiting.all(to, bounded(limit, MOST_WAITING)).map(toMessage);
  }

  sentBy(from: Uid): OfflineMessage[] {
    return this.#sentBy.all(from).map(toMessage);
  }

  count(to: Uid): number {
    return this.#count.get(to)?.waiting ?? 0;
  }

  countFrom(to: Uid, from: Uid): number {
    return this.#countFrom.get(to, from)?.waiting ?? 0;
  }

  remove(ids: readonly number[]): void {
    this.#db.transaction(() => {
      for (const id of ids) this.#remove.run(id);
    });
  }
}

function toMessage(row: Row): OfflineMessage {
  return {
    id: row.id,
    to: row.receiver,
    from: row.sender,
    body: row.body,
    at: row.sent_at,
  };
}

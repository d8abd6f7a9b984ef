/**
 * Messages between pal profiles that wait for their receiver to request them:
 * the table profile_messages.
 *
 * @module
 */

import type {
  StoredProfileMessage,
  StoredProfileMessages,
  Uid,
} from "../lib/domain/store.ts";
import type { Database } from "./database.ts";
import { bounded } from "./limits.ts";

interface Row {
  id: number;
  receiver: number;
  receiver_profile: number;
  sender: number;
  sender_profile: number;
  body: Uint8Array;
  sent_at: number;
}

const MOST_WAITING = 10_000;

export class ProfileMessageTable implements StoredProfileMessages {
  readonly #db: Database;
  readonly #add;
  readonly #waiting;
  readonly #sentBy;
  readonly #count;
  readonly #remove;

  constructor(db: Database) {
    this.#db = db;
    this.#add = db.statement(
      `INSERT INTO profile_messages
         (receiver, receiver_profile, sender, sender_profile, body, sent_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.#waiting = db.statement<Row>(
      `SELECT * FROM profile_messages WHERE receiver = ?
       ORDER BY id LIMIT ?`,
    );
    this.#sentBy = db.statement<Row>(
      `SELECT * FROM profile_messages WHERE sender = ?
       ORDER BY id LIMIT ${MOST_WAITING}`,
    );
    this.#count = db.statement<{ waiting: number }>(
      "SELECT count(*) AS waiting FROM profile_messages WHERE receiver = ?",
    );
    this.#remove = db.statement("DELETE FROM profile_messages WHERE id = ?");
  }

  add(message: Omit<StoredProfileMessage, "id">): StoredProfileMessage {
    const { to, toProfile, from, fromProfile, text, at } = message;
    const id = this.#add.insert(to, toProfile, from, fromProfile, text, at);
    return { id, ...message };
  }

  waiting(to: Uid, limit = MOST_WAITING): StoredProfileMessage[] {
    return this.#waiting.all(to, bounded(limit, MOST_WAITING)).map(toMessage);
  }

  sentBy(from: Uid): StoredProfileMessage[] {
    return this.#sentBy.all(from).map(toMessage);
  }

  count(to: Uid): number {
    return this.#count.get(to)?.waiting ?? 0;
  }

  remove(ids: readonly number[]): void {
    this.#db.transaction(() => {
      for (const id of ids) this.#remove.run(id);
    });
  }
}

function toMessage(row: Row): StoredProfileMessage {
  return {
    id: row.id,
    to: row.receiver,
    toProfile: row.receiver_profile,
    from: row.sender,
    fromProfile: row.sender_profile,
    text: row.body,
    at: row.sent_at,
  };
}

/**
 * Pals and blocked users: the tables buddies and blocks.
 *
 * @module
 */

import type { Millis, Pal, Relations, Uid } from "../lib/domain/store.ts";
import type { Database } from "./database.ts";

/** A user who hides their name hides it from the owners of pal lists too. */
const PERSON = `users.uid, nickname,
  iif(show_first, first, '') AS first, iif(show_last, last, '') AS last`;

export class RelationTables implements Relations {
  readonly #pals;
  readonly #watchers;
  readonly #addPal;
  readonly #removePal;
  readonly #namePal;
  readonly #blocks;
  readonly #blockedBy;
  readonly #addBlock;
  readonly #removeBlock;

  constructor(db: Database) {
    this.#pals = db.statement<Pal>(
      `SELECT ${PERSON}, display FROM buddies JOIN users ON users.uid = pal WHERE buddies.uid = ?`,
    );
    this.#watchers = db.statement<{ uid: Uid }>(
      "SELECT uid FROM buddies WHERE pal = ?",
    );
    this.#addPal = db.statement(
      `INSERT INTO buddies (uid, pal, added_at) VALUES (?, ?, ?)
       ON CONFLICT DO NOTHING`,
    );
    this.#removePal = db.statement(
      "DELETE FROM buddies WHERE uid = ? AND pal = ?",
    );
    this.#namePal = db.statement(
      "UPDATE buddies SET display = ? WHERE uid = ? AND pal = ?",
    );
    this.#blocks = db.statement<Pal>(
      `SELECT ${PERSON} FROM blocks JOIN users ON users.uid = blocked WHERE blocks.uid = ?`,
    );
    this.#blockedBy = db.statement<{ uid: Uid }>(
      "SELECT uid FROM blocks WHERE blocked = ?",
    );
    this.#addBlock = db.statement(
      `INSERT INTO blocks (uid, blocked, added_at) VALUES (?, ?, ?)
       ON CONFLICT DO NOTHING`,
    );
    this.#removeBlock = db.statement(
      "DELETE FROM blocks WHERE uid = ? AND blocked = ?",
    );
  }

  pals(uid: Uid): Pal[] {
    return this.#pals.all(uid).map(toPal);
  }

  addPal(uid: Uid, pal: Uid, at: Millis): boolean {
    return this.#addPal.run(uid, pal, at) === 1;
  }

  removePal(uid: Uid, pal: Uid): boolean {
    return this.#removePal.run(uid, pal) === 1;
  }

  namePal(uid: Uid, pal: Uid, display: string): boolean {
    return this.#namePal.run(display, uid, pal) === 1;
  }

  watchers(uid: Uid): Uid[] {
    return this.#watchers.all(uid).map((row) => row.uid);
  }

  blocks(uid: Uid): Pal[] {
    return this.#blocks.all(uid).map(toPal);
  }

  addBlock(uid: Uid, blocked: Uid, at: Millis): boolean {
    return this.#addBlock.run(uid, blocked, at) === 1;
  }

  removeBlock(uid: Uid, blocked: Uid): boolean {
    return this.#removeBlock.run(uid, blocked) === 1;
  }

  blockedBy(uid: Uid): Uid[] {
    return this.#blockedBy.all(uid).map((row) => row.uid);
  }
}

/**
 * Copies the row, because rows of node:sqlite have no prototype and fail
 * deepEqual.
 */
function toPal({ uid, nickname, first, last, display }: Pal): Pal {
  return { uid, nickname, first, last, ...(display ? { display } : {}) };
}

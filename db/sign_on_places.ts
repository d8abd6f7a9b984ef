/**
 * Networks from which accounts have recently signed on: the table
 * sign_on_places.
 *
 * @module
 */
import type { Millis, Uid } from "../lib/domain/store.ts";
import { networkKey } from "../lib/net/addresses.ts";
import type { Database } from "./database.ts";

/** Maximum networks kept for one account; the oldest are dropped. */
const MOST_KEPT = 10;

export class SignOnPlaces {
  readonly #db: Database;
  /** Networks to be written by the next flush. */
  readonly #waiting = new Map<Uid, Map<string, Millis>>();
  readonly #find;
  readonly #list;

  constructor(db: Database) {
    this.#db = db;
    this.#find = db.statement<{ at: Millis }>(
      "SELECT at FROM sign_on_places WHERE uid = ? AND network = ?",
    );
    this.#list = db.statement<{ network: string; at: Millis }>(
      "SELECT network, at FROM sign_on_places WHERE uid = ?",
    );
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  of(uid: Uid): string[] {
    const waiting = [...this.#waiting.get(uid)?.keys() ?? []].reverse();
    return [...new Set([...waiting, ...this.#stored(uid)])].slice(0, MOST_KEPT);
  }

  add(uid: Uid, at: Millis, address: string): void {
    const places = this.#waiting.get(uid) ?? new Map<string, Millis>();
    places.set(networkKey(address), at);
    this.#waiting.set(uid, places);
  }

  knows(uid: Uid, address: string): boolean {
    const network = networkKey(address);
    return this.#waiting.get(uid)?.has(network) === true ||
      this.#find.get(uid, network) !== undefined;
  }

  /**
   * Writes pending networks; call {@linkcode SignOnPlaces.forget} after the
   * commit.
   */
  write(): void {
    // The account may have been removed meanwhile.
    const add = this.#db.statement(
      `INSERT INTO sign_on_places (uid, network, at)
       SELECT uid, ?, ? FROM users WHERE uid = ?
       ON CONFLICT (uid, network) DO UPDATE SET at = excluded.at`,
    );
    const remove = this.#db.statement(
      "DELETE FROM sign_on_places WHERE uid = ? AND network = ?",
    );
    for (const [uid, places] of this.#waiting) {
      for (const [network, at] of places) add.run(network, at, uid);
      for (const network of this.#stored(uid).slice(MOST_KEPT)) {
        remove.run(uid, network);
      }
    }
  }

  forget(): void {
    this.#waiting.clear();
  }

  /** Returns the stored networks, latest first. */
  #stored(uid: Uid): string[] {
    return this.#list.all(uid)
      .sort((a, b) => b.at - a.at)
      .map(({ network }) => network);
  }
}

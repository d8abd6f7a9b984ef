/**
 * E-mail that waits to be sent, as types only.
 *
 * @module
 */
import type { Millis, Uid } from "../ids.ts";

export interface StoredMail {
  readonly id: number;
  /** The account that the mail is about; it is removed with the account. */
  readonly uid: Uid | null;
  readonly recipient: string;
  readonly subject: string;
  /** "" once it was refused, because it may hold a link. */
  readonly body: string;
  readonly madeAt: Millis;
  /** When it is tried next. */
  readonly nextAt: Millis;
  readonly tries: number;
  /** Why the last try failed; "" before the first. */
  readonly fault: string;
  /** Null while it waits. */
  readonly failedAt: Millis | null;
  readonly expiresAt: Millis;
}

export interface StoredMails {
  add(mail: Omit<StoredMail, "id">): number;
  /** Returns the one whose turn is first, among those that wait. */
  next(): StoredMail | undefined;
  update(mail: StoredMail): void;
  /** Returns false when there is no such mail. */
  remove(id: number): boolean;
  /** Makes one of those that wait, or all, due at that time; how many. */
  makeDue(at: Millis, id?: number): number;
  /** Returns how many wait. */
  waiting(): number;
  /** Returns all, oldest first. */
  list(): StoredMail[];
}

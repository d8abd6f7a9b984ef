/**
 * Browsers that are signed in on the pages, as types only.
 *
 * @module
 */
import type { Millis, Uid } from "../ids.ts";

/** One signed-in browser; only the hash of its cookie is stored. */
export interface StoredWebSession {
  readonly keyHash: string;
  readonly uid: Uid;
  /** Hash of the account's password hash: a new password ends the session. */
  readonly passwordMark: string;
  readonly address: string;
  /** Such as "Firefox on Windows". */
  readonly browser: string;
  readonly beganAt: Millis;
  readonly lastAt: Millis;
  /** Last use of the host's desk, or the sign-in. */
  readonly deskAt: Millis;
  readonly expiresAt: Millis;
}

export interface StoredWebSessions {
  add(session: StoredWebSession): void;
  /** Stores the times of a session that has been used. */
  used(
    session: Pick<
      StoredWebSession,
      "keyHash" | "lastAt" | "deskAt" | "expiresAt"
    >,
  ): void;
  remove(keyHash: string): void;
  /** Returns the sessions of one account, oldest first. */
  of(uid: Uid): StoredWebSession[];
  /** Returns all that have not expired, oldest first. */
  list(now: Millis): StoredWebSession[];
}

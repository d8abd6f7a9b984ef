/**
 * Translates SQLite's errors into those of the store.
 *
 * @module
 */

import { StoreError, type StoreErrorCode } from "../lib/domain/store.ts";
import { osSentence } from "../lib/ops/os_errors.ts";

interface Verdict {
  readonly says: RegExp;
  readonly code: StoreErrorCode;
  /** The problem and what to do about it, in one sentence. */
  readonly message: string;
}

/**
 * Matched by text, because `exec` of node:sqlite gives no error number. These
 * texts of SQLite have been the same for many years.
 */
const VERDICTS: readonly Verdict[] = [
  {
    says: /UNIQUE constraint failed: users\.nickname_key/,
    code: "nickname-taken",
    message: "That nickname is taken.",
  },
  {
    says: /UNIQUE constraint failed: groups\.name_key/,
    code: "room-name-taken",
    message: "A room with that name already exists.",
  },
  {
    says: /CHECK constraint failed: uid_range/,
    code: "uids-exhausted",
    message: "No user number is left: the client supports none above 50000000.",
  },
  {
    says: /FOREIGN KEY constraint failed/,
    code: "not-found",
    message: "It refers to a user, room or category that does not exist.",
  },
  {
    says: /UNIQUE constraint failed/,
    code: "in-use",
    message: "It already exists.",
  },
  {
    says: /database or disk is full|No space left/,
    code: "full",
    message: "The disk is full: free some space; nothing was changed.",
  },
  {
    says: /database (table )?is locked/,
    code: "locked",
    message:
      "The database is locked by another program: stop it and try again.",
  },
  {
    says: /readonly database|Read-only file system|Permission denied/,
    code: "read-only",
    message:
      "The database is not writable: the disk is read-only, or this user has no write permission for the data folder and its files.",
  },
  {
    says: /not a database/,
    code: "corrupt",
    message:
      "The file is not an SQLite database: move it away, or restore a backup.",
  },
  {
    says: /malformed/,
    code: "corrupt",
    message: "The database is damaged: restore the newest backup.",
  },
];

/**
 * Returns any error as a {@linkcode StoreError} with the original as its cause.
 */
export function toStoreError(cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  const verdict = VERDICTS.find(({ says }) => says.test(text));
  return verdict === undefined
    ? new StoreError("io", osSentence(cause) ?? text, { cause })
    : new StoreError(verdict.code, verdict.message, { cause });
}

/**
 * Runs work that can wait until later: it stays pending when the store fails.
 */
export function deferOnFailure(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  }
}

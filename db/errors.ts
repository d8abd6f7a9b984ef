/**
 * What SQLite says, in the words of the store.
 *
 * @module
 */

import { StoreError, type StoreErrorCode } from "../lib/domain/store.ts";
import { osSentence } from "../lib/ops/os_errors.ts";

interface Verdict {
  readonly says: RegExp;
  readonly code: StoreErrorCode;
  /** What went wrong and what to do, in one sentence. */
  readonly message: string;
}

/**
 * Told by text, because `exec` of node:sqlite gives no number; the texts are
 * SQLite's own and older than this server.
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
    message: "A room of that name exists already.",
  },
  {
    says: /CHECK constraint failed: uid_range/,
    code: "uids-exhausted",
    message: "No user number is left: the client knows none above 50000000.",
  },
  {
    says: /FOREIGN KEY constraint failed/,
    code: "not-found",
    message: "It names a user, room or category that does not exist.",
  },
  {
    says: /UNIQUE constraint failed/,
    code: "in-use",
    message: "It exists already.",
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
      "The database is locked by another program: end that one, then try again.",
  },
  {
    says: /readonly database|Read-only file system|Permission denied/,
    code: "read-only",
    message:
      "The database cannot be written: give this user the right to write the data folder and its files.",
  },
  {
    says: /not a database/,
    code: "corrupt",
    message:
      "The file is no SQLite database: move it away, or restore a backup.",
  },
  {
    says: /malformed/,
    code: "corrupt",
    message: "The database is damaged: restore the newest backup.",
  },
];

/** Any error as a {@linkcode StoreError}, the first one kept as its cause. */
export function toStoreError(cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  const verdict = VERDICTS.find(({ says }) => says.test(text));
  return verdict === undefined
    ? new StoreError("io", osSentence(cause) ?? text, { cause })
    : new StoreError(verdict.code, verdict.message, { cause });
}

/** Does what can be done later as well: if the store fails now, it waits. */
export function tried(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  }
}

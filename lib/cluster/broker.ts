/**
 * The message broker that links use. It delivers at most once: messages may be
 * lost, duplicated, delayed or reordered. Only the log is reliable.
 *
 * @module
 */

export interface Broker {
  publish(subject: string, bytes: Uint8Array): void;
  /** Subscribes to a subject. Returns an unsubscribe function. */
  subscribe(subject: string, take: (bytes: Uint8Array) => void): () => void;
  readonly log: Log;
}

/** Subject on which the log announces entries. */
export const STORED = "stored";

/** One entry of the log. Numbers increase, with gaps. */
export interface Logged {
  readonly index: number;
  readonly bytes: Uint8Array;
}

/**
 * An ordered log with one writer at a time. An entry is accepted only after the
 * entry that its writer believes to be the last, so a writer that has been
 * replaced can no longer write.
 */
export interface Log {
  /**
   * Appends an entry after number `after` (0: the start). `done` is called with
   * its number, or with null if another writer was first. It may never be
   * called: repeat with the same `id`, which is written at most once.
   *
   * With `announce` the log itself publishes the entry on {@linkcode STORED}
   * after storing it; like everything published, at most once.
   */
  append(
    after: number,
    id: string,
    bytes: Uint8Array,
    done: (index: number | null) => void,
    announce?: boolean,
  ): void;
  /** Maximum bytes of an entry that can be announced. */
  readonly mostAnnounced: number;
  /**
   * Reads all current entries after number `after`, oldest first. May never
   * call `done`.
   */
  read(after: number, done: (entries: readonly Logged[]) => void): void;
}

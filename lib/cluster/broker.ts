/**
 * What links need of a message broker. Publishing is at most once: messages may
 * be lost, doubled, late or out of order. Only the log is reliable.
 *
 * @module
 */

export interface Broker {
  publish(subject: string, bytes: Uint8Array): void;
  /** Returns a function that ends the subscription. */
  subscribe(subject: string, take: (bytes: Uint8Array) => void): () => void;
  readonly log: Log;
}

/** The subject of entries that the log has announced. */
export const STORED = "stored";

/** One entry of the log. Numbers grow, and may leave gaps. */
export interface Logged {
  readonly index: number;
  readonly bytes: Uint8Array;
}

/**
 * An ordered log with one writer at a time. An entry is accepted only behind
 * the entry that its writer believes to be the last one, so a writer that has
 * been replaced cannot write any more.
 */
export interface Log {
  /**
   * Appends an entry behind number `after` (0: the first). `done` is called
   * with its number, or with null when another writer was faster. It may never
   * be called: repeat with the same `id`, which is written once at most.
   *
   * With `announce` the log itself publishes the entry on {@linkcode STORED},
   * once it is stored and only then; like everything published, at most once.
   */
  append(
    after: number,
    id: string,
    bytes: Uint8Array,
    done: (index: number | null) => void,
    announce?: boolean,
  ): void;
  /** The most bytes of an entry that can be announced. */
  readonly mostAnnounced: number;
  /**
   * All entries behind number `after`, first first, up to the last one at this
   * moment. May never call `done`.
   */
  read(after: number, done: (entries: readonly Logged[]) => void): void;
}

/**
 * Snapshots in a JetStream object store: a database, and the log's state at one
 * of its entries. Entries before the oldest snapshot can be deleted.
 *
 * @module
 */
import { JetStreamApiError, StorageType } from "@nats-io/jetstream";
import { type ObjectStore, Objm } from "@nats-io/obj";
import type { NatsConnection } from "@nats-io/transport-node";
import { Reader, Writer } from "../protocol/bytes.ts";
import { readBytes, writeBytes } from "./entry.ts";
import { LogState } from "./log_state.ts";

const PREFIX = "snapshot-";
/** Number of snapshots kept: a core may be reading the second newest. */
const KEPT = 2;
const NOT_FOUND = 10037;

export interface Snapshot {
  readonly state: LogState;
  /** Contents of the database file. */
  readonly database: Uint8Array;
}

export class NatsSnapshots {
  readonly #store: ObjectStore;

  private constructor(store: ObjectStore) {
    this.#store = store;
  }

  static async open(
    connection: NatsConnection,
    bucket: string,
    replicas: number,
  ): Promise<NatsSnapshots> {
    const store = await new Objm(connection).create(bucket, {
      replicas,
      storage: StorageType.File,
    });
    return new NatsSnapshots(store);
  }

  /**
   * Returns the entry number of the newest snapshot; undefined if there is
   * none.
   */
  async newest(): Promise<number | undefined> {
    return (await this.#list()).at(-1);
  }

  /** Reads a snapshot; undefined if it has been removed meanwhile. */
  async read(entry: number): Promise<Snapshot | undefined> {
    const bytes = await this.#store.getBlob(`${PREFIX}${entry}`);
    if (bytes === null) return undefined;
    const from = new Reader(bytes);
    const state = LogState.decode(readBytes(from));
    return { state, database: from.rest() };
  }

  /** Stores a snapshot and removes old ones. Returns the oldest one left. */
  async write({ state, database }: Snapshot): Promise<number> {
    const out = new Writer(database.length + 4096);
    writeBytes(out, state.encode());
    out.bytes(database);
    await this.#store.putBlob(
      { name: `${PREFIX}${state.index}` },
      out.finish(),
    );
    const all = await this.#list();
    for (const entry of all.slice(0, -KEPT)) {
      await this.#store.delete(`${PREFIX}${entry}`);
    }
    return all.slice(-KEPT)[0] ?? state.index;
  }

  async #list(): Promise<number[]> {
    try {
      const all = await this.#store.list();
      return all.filter(({ name, deleted }) =>
        !deleted && name.startsWith(PREFIX)
      ).map(({ name }) => Number(name.slice(PREFIX.length)))
        .toSorted((a, b) => a - b);
    } catch (error) {
      const isEmpty = error instanceof JetStreamApiError &&
        error.code === NOT_FOUND;
      if (isEmpty) return [];
      throw error;
    }
  }
}

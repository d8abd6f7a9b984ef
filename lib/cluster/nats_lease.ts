/**
 * The lease, stored as a key of a JetStream bucket.
 *
 * @module
 */
import { JetStreamApiError } from "@nats-io/jetstream";
import { type KV, Kvm } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import type { LeaseStore, LeaseValue } from "./lease.ts";

const KEY = "leader";
const WRONG_LAST_SEQUENCE = 10071;
const ANSWER_MS = 500;

export class NatsLease implements LeaseStore {
  readonly #bucket: KV;

  private constructor(bucket: KV) {
    this.#bucket = bucket;
  }

  static async open(
    connection: NatsConnection,
    bucket: string,
    replicas: number,
  ): Promise<NatsLease> {
    const kv = await new Kvm(connection).create(bucket, {
      replicas,
      history: 1,
      timeout: 5000,
      // Only the leader of the bucket has the latest renewal.
      allow_direct: false,
    });
    return new NatsLease(kv);
  }

  async read(): Promise<
    { value: LeaseValue; revision: number } | undefined
  > {
    const entry = await this.#bucket.get(KEY);
    if (entry === null || entry.operation !== "PUT") return undefined;
    return { value: entry.json<LeaseValue>(), revision: entry.revision };
  }

  async write(value: LeaseValue, revision: number): Promise<number | null> {
    const text = JSON.stringify(value);
    try {
      return revision === 0
        ? await this.#bucket.create(KEY, text)
        : await this.#bucket.update(KEY, text, revision, ANSWER_MS);
    } catch (error) {
      const isTaken = error instanceof JetStreamApiError &&
        error.code === WRONG_LAST_SEQUENCE;
      if (isTaken) return null;
      throw error;
    }
  }
}

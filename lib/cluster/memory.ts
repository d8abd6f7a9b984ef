/**
 * A message broker in memory for tests and the simulation. The caller decides
 * the fate of each message.
 *
 * @module
 */
import { type Broker, type Log, STORED } from "./broker.ts";

/** The network between the clients of a broker, and its clock. */
export interface Network {
  /**
   * Returns the delays, in milliseconds, of the copies that arrive; empty if
   * the message is lost.
   */
  delays(from: string, to: string): readonly number[];
  after(ms: number, work: () => void): void;
}

/** Name of the log in {@linkcode Network.delays}. */
export const LOG = "log";

interface Subscription {
  readonly name: string;
  readonly take: (bytes: Uint8Array) => void;
}

export class MemoryBroker {
  readonly entries: Uint8Array[] = [];
  readonly #network: Network;
  readonly #subscriptions = new Map<string, Set<Subscription>>();
  #lastId = "";

  readonly #isFenced: boolean;

  /**
   * @param fenced false lets every writer write to the log, to check that tests
   * detect it
   */
  constructor(network: Network, { fenced = true } = {}) {
    this.#network = network;
    this.#isFenced = fenced;
  }

  /** Returns the broker as the client `name` sees it. */
  client(name: string): Broker {
    return {
      publish: (subject, bytes) => this.#publish(name, subject, bytes),
      subscribe: (subject, take) => {
        const subscription = { name, take };
        const all = this.#subscriptions.get(subject) ?? new Set();
        this.#subscriptions.set(subject, all.add(subscription));
        return () => all.delete(subscription);
      },
      log: this.#log(name),
    };
  }

  #publish(from: string, subject: string, bytes: Uint8Array): void {
    for (const { name, take } of this.#subscriptions.get(subject) ?? []) {
      this.#travel(from, name, () => take(bytes));
    }
  }

  #log(name: string): Log {
    return {
      mostAnnounced: Infinity,
      append: (after, id, bytes, done, announce = false) =>
        this.#travel(name, LOG, () => {
          const before = this.entries.length;
          const index = this.#append(after, id, bytes);
          const isNew = this.entries.length > before;
          if (announce && isNew) this.#publish(LOG, STORED, bytes);
          this.#travel(LOG, name, () => done(index));
        }),
      read: (after, done) =>
        this.#travel(name, LOG, () => {
          const entries = this.entries.slice(after).map((bytes, i) => ({
            index: after + i + 1,
            bytes,
          }));
          this.#travel(LOG, name, () => done(entries));
        }),
    };
  }

  #append(after: number, id: string, bytes: Uint8Array): number | null {
    if (id === this.#lastId) return this.entries.length;
    if (this.#isFenced && after !== this.entries.length) return null;
    this.#lastId = id;
    return this.entries.push(bytes);
  }

  #travel(from: string, to: string, arrive: () => void): void {
    for (const ms of this.#network.delays(from, to)) {
      this.#network.after(ms, arrive);
    }
  }
}

/**
 * Counts connections per host, per network and in total.
 *
 * @module
 */
import { hostKey, networkKey } from "./addresses.ts";

/** Limits that are not given do not apply. */
export interface ConnectionLimits {
  readonly total: number;
  readonly perHost?: number;
  readonly perNetwork?: number;
}

/** The limit that was reached. */
export type Crowded = "host" | "network" | "total";

export class ConnectionCounts {
  readonly #hosts = new Map<string, number>();
  readonly #networks = new Map<string, number>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  of(address: string): number {
    return this.#hosts.get(hostKey(address)) ?? 0;
  }

  /** Returns the limit that one more connection would exceed. */
  crowded(
    address: string,
    limits: ConnectionLimits,
    uncounted: boolean,
  ): Crowded | undefined {
    const { total, perHost = Infinity, perNetwork = Infinity } = limits;
    if (!uncounted) {
      if (this.of(address) >= perHost) return "host";
      const network = this.#networks.get(networkKey(address)) ?? 0;
      if (network >= perNetwork) return "network";
    }
    return this.#total >= total ? "total" : undefined;
  }

  add(address: string): void {
    this.#total++;
    change(this.#hosts, hostKey(address), 1);
    change(this.#networks, networkKey(address), 1);
  }

  remove(address: string): void {
    this.#total--;
    change(this.#hosts, hostKey(address), -1);
    change(this.#networks, networkKey(address), -1);
  }
}

function change(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}

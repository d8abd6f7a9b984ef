/**
 * How many connections each host, each network and everybody hold.
 *
 * @module
 */
import { hostKey, networkKey } from "./addresses.ts";

/** A limit that is not given does not apply. */
export interface ConnectionLimits {
  readonly total: number;
  readonly perHost?: number;
  readonly perNetwork?: number;
}

/** Which limit is reached. */
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

  /** The limit that one more connection would break. */
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

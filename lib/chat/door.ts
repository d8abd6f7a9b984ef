/**
 * Who may connect at all: bans of addresses, a private server's networks, and
 * how many connections one address, one network and everybody may hold.
 *
 * @module
 */
import ipaddr from "ipaddr.js";
import type { Config } from "../config/config.ts";
import { networkMatcher } from "../config/network.ts";
import type { Bans, Millis } from "../domain/store.ts";

/** A /24 of IPv4 or a /64 of IPv6, as one key. */
export function networkOf(address: string): string {
  return address.includes(":")
    ? hostKey(address)
    : address.slice(0, address.lastIndexOf("."));
}

/**
 * What one host or household has: an IPv4 address, or a /64 of IPv6, of which
 * each of its machines can take as many addresses as it likes.
 */
export function hostKey(address: string): string {
  if (!address.includes(":")) return address;
  const [plain = ""] = address.split("%");
  return ipaddr.IPv6.isValid(plain)
    ? ipaddr.IPv6.parse(plain).parts.slice(0, 4).join(":")
    : address;
}

/** Why somebody cannot come in. */
export interface Refusal {
  readonly reason: string;
  /**
   * Whose leaving would make room: those of a host, of a network, anybody's
   * (""); undefined: nobody's.
   */
  readonly madeBy?: string;
}

export class Door {
  readonly #bans: Bans;
  readonly #perAddress = new Map<string, number>();
  readonly #perNetwork = new Map<string, number>();
  #total = 0;
  #banned: { matches: (address: string) => boolean; until: Millis } = {
    matches: () => false,
    until: 0,
  };
  #allowed: ((address: string) => boolean) | undefined;
  #uncounted: (address: string) => boolean = () => false;

  constructor(bans: Bans, config: Config) {
    this.#bans = bans;
    this.refresh(config);
  }

  get connections(): number {
    return this.#total;
  }

  /** Reads the configuration and the bans anew. */
  refresh(config: Config): void {
    const { only_from: networks, uncounted } = config.access;
    this.#allowed = networks.length > 0 ? networkMatcher(networks) : undefined;
    this.#uncounted = networkMatcher(uncounted);
    this.#banned.until = 0;
  }

  /** Whether an address is banned at `now`. */
  isBanned(address: string, now: Millis): boolean {
    if (now >= this.#banned.until) {
      const bans = this.#bans.list(now).filter(({ kind }) =>
        kind !== "account"
      );
      const ends = bans.map(({ until }) => until ?? Infinity);
      this.#banned = {
        matches: networkMatcher(bans.map(({ target }) => target)),
        until: Math.min(...ends, now + 3_600_000),
      };
    }
    return this.#banned.matches(address);
  }

  /** Why this address may not come in, or undefined and it is counted. */
  enter(
    address: string,
    limits: Config["limits"],
    now: Millis,
  ): Refusal | undefined {
    if (this.#allowed !== undefined && !this.#allowed(address)) {
      return { reason: "not one of the networks this server is for" };
    }
    if (this.isBanned(address, now)) return { reason: "address is banned" };
    const crowded = this.#crowded(address, limits);
    if (crowded !== undefined) return crowded;
    this.#total++;
    add(this.#perAddress, hostKey(address), 1);
    add(this.#perNetwork, networkOf(address), 1);
    return undefined;
  }

  #crowded(address: string, limits: Config["limits"]): Refusal | undefined {
    if (!this.#uncounted(address)) {
      const host = hostKey(address);
      if (
        (this.#perAddress.get(host) ?? 0) >= limits.connections_per_address
      ) {
        return {
          reason: "too many connections from this address",
          madeBy: host,
        };
      }
      const network = networkOf(address);
      if (
        (this.#perNetwork.get(network) ?? 0) >= limits.connections_per_network
      ) {
        return {
          reason: "too many connections from this network",
          madeBy: network,
        };
      }
    }
    if (this.#total < limits.connections_total) return undefined;
    return { reason: "too many connections in all", madeBy: "" };
  }

  leave(address: string): void {
    this.#total--;
    add(this.#perAddress, hostKey(address), -1);
    add(this.#perNetwork, networkOf(address), -1);
  }
}

function add(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}

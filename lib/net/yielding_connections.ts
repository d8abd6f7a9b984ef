/**
 * Connections that may be closed to make room for others: those not
 * authenticated yet, and idle ones. They can be found by host, by network, and
 * by the host that holds most, without looking at all of them, which an
 * attacker could exploit.
 *
 * @module
 */
import { hostKey, networkKey } from "./addresses.ts";

export class YieldingConnections<T extends { readonly address: string }> {
  readonly #all = new Set<T>();
  readonly #hosts = new Map<string, Set<T>>();
  readonly #networks = new Map<string, Set<T>>();
  /** Hosts grouped by the number of their connections, which is the index. */
  readonly #holders: Set<string>[] = [];
  #most = 0;

  get size(): number {
    return this.#all.size;
  }

  has(one: T): boolean {
    return this.#all.has(one);
  }

  sizeOfHost(address: string): number {
    return this.#hosts.get(hostKey(address))?.size ?? 0;
  }

  /** Adds a connection as the newest. */
  add(one: T): void {
    if (this.#all.has(one)) this.delete(one);
    this.#all.add(one);
    const host = hostKey(one.address);
    insert(this.#hosts, host, one);
    insert(this.#networks, networkKey(one.address), one);
    this.#moved(host, -1);
  }

  delete(one: T): void {
    if (!this.#all.delete(one)) return;
    const host = hostKey(one.address);
    extract(this.#hosts, host, one);
    extract(this.#networks, networkKey(one.address), one);
    this.#moved(host, 1);
  }

  /** Returns all connections, oldest first. */
  all(): Iterable<T> {
    return this.#all;
  }

  ofHost(address: string): Iterable<T> {
    return this.#hosts.get(hostKey(address)) ?? [];
  }

  ofNetwork(address: string): Iterable<T> {
    return this.#networks.get(networkKey(address)) ?? [];
  }

  /**
   * Returns the connections of the host that holds most; all of them when no
   * host holds more than one.
   */
  ofLargestHolder(): Iterable<T> {
    if (this.#most <= 1) return this.#all;
    const [host = ""] = this.#holders[this.#most] ?? [];
    return this.#hosts.get(host) ?? [];
  }

  /**
   * Moves a host between groups after its count changed by one; count +
   * `before` is the old count.
   */
  #moved(host: string, before: 1 | -1): void {
    const count = this.#hosts.get(host)?.size ?? 0;
    this.#holders[count + before]?.delete(host);
    if (count > 0) (this.#holders[count] ??= new Set()).add(host);
    this.#most = Math.max(this.#most, count);
    while (this.#most > 0 && !this.#holders[this.#most]?.size) this.#most--;
  }
}

function insert<T>(map: Map<string, Set<T>>, key: string, one: T): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([one]));
  else set.add(one);
}

function extract<T>(map: Map<string, Set<T>>, key: string, one: T): void {
  const set = map.get(key);
  if (set?.delete(one) && set.size === 0) map.delete(key);
}

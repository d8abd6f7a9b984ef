/**
 * Defines what counts as one host: the only meaning of "the same address" for
 * limits, throttles, voice and pages.
 *
 * An IPv6 host can use as many addresses of its /64 as it likes, so a /64
 * counts as one host, as one IPv4 address does.
 *
 * @module
 */
import ipaddr from "ipaddr.js";

/** Returns `10.0.0.1` for `::ffff:10.0.0.1`, and an address without its zone. */
export function plainAddress(address: string): string {
  if (!address.includes(":")) return address;
  const at = address.indexOf("%");
  const plain = at < 0 ? address : address.slice(0, at);
  return plain.includes(".") && /^::ffff:/i.test(plain)
    ? plain.slice(7)
    : plain;
}

interface Keys {
  readonly host: string;
  readonly network: string;
}

/** Addresses whose keys are remembered. */
const MOST_REMEMBERED = 1024;
const remembered = new Map<string, Keys>();

/** Returns the key of one host: an IPv4 address, or the /64 of an IPv6 one. */
export function hostKey(address: string): string {
  return keysOf(address).host;
}

/** Returns the key of a neighbourhood: the /24 of IPv4, the /64 of IPv6. */
export function networkKey(address: string): string {
  return keysOf(address).network;
}

/** Each new connection asks about ten times. */
function keysOf(address: string): Keys {
  let keys = remembered.get(address);
  if (keys === undefined) {
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    const host = toHostKey(address);
    remembered.set(address, keys = { host, network: toNetworkKey(host) });
  }
  return keys;
}

function toHostKey(address: string): string {
  const plain = plainAddress(address);
  if (!plain.includes(":") || !ipaddr.IPv6.isValid(plain)) return plain;
  const parsed = ipaddr.IPv6.parse(plain);
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  return parsed.parts.slice(0, 4).map((part) => part.toString(16)).join(":");
}

function toNetworkKey(host: string): string {
  return host.includes(":") ? host : host.slice(0, host.lastIndexOf("."));
}

/**
 * Returns a key that is equal for two addresses exactly when {@linkcode
 * isSameHost} says that they are one host.
 */
export function sameHostKey(address: string): string {
  return isLoopback(address) ? "127.0.0.1" : hostKey(address);
}

/**
 * Returns whether both addresses belong to one host. Clients can only be told
 * an IPv4 address, so a client on this machine may use `::1` for chat and
 * 127.0.0.1 for voice.
 */
export function isSameHost(one: string | undefined, other: string): boolean {
  if (one === undefined) return false;
  if (one === other) return true;
  if (isLoopback(one) && isLoopback(other)) return true;
  return one.includes(":") && other.includes(":") &&
    hostKey(one) === hostKey(other);
}

function isLoopback(address: string): boolean {
  return address === "::1" || address === "127.0.0.1";
}

/**
 * Parses and compares addresses and networks, with ipaddr.js: those of the
 * configuration, of bans and of connections.
 *
 * @module
 */
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Parses an address; an IPv4 address inside IPv6 (::ffff:…) becomes IPv4. */
function parseAddress(text: string): Address | null {
  if (!isDottedOrColon(text)) return null;
  try {
    return ipaddr.process(text);
  } catch {
    return null;
  }
}

/**
 * ipaddr.js also accepts "10" and "0x7f.1", which are probably mistakes, and
 * reads "010.0.0.1" as 8.0.0.1, so a ban would hit another user.
 */
function isDottedOrColon(text: string): boolean {
  return text.includes(":")
    ? /^[0-9a-f:.]+$/i.test(text)
    : /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(text);
}

/** Returns the canonical text of an address, or null when it is not one. */
export function normalAddress(text: string): string | null {
  return parseAddress(text)?.toString() ?? null;
}

export function isAddress(text: string): boolean {
  return parseAddress(text) !== null;
}

export function isIPv4(text: string): boolean {
  return parseAddress(text)?.kind() === "ipv4";
}

/**
 * Returns whether clients can be sent this host. Excludes IPv6, which does not
 * fit their packets, and names that end in a number, which are mistyped
 * addresses.
 */
export function isHost(text: string): boolean {
  return isIPv4(text) ||
    /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text) && !/(^|\.)\d+$/.test(text);
}

/**
 * Returns whether the text is a web address without path and query, such as
 * "https://example.org:8443".
 */
export function isOrigin(text: string): boolean {
  return /^https?:\/\/(\[[\da-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?\/?$/i.test(
    text,
  ) &&
    URL.canParse(text);
}

/**
 * The one way to write a network ("10.1.2.3/8" is "10.0.0.0/8"), or null.
 *
 * @example
 * ```ts
 * import { normalNetwork } from "./networks.ts";
 * import { equal } from "node:assert/strict";
 *
 * equal(normalNetwork("10.1.2.3/8"), "10.0.0.0/8");
 * ```
 */
export function normalNetwork(text: string): string | null {
  const parsed = parseNetwork(text);
  return parsed === null ? null : `${parsed[0]}/${parsed[1]}`;
}

function parseNetwork(text: string): [Address, number] | null {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  if (!match?.[1] || !match[2] || !isDottedOrColon(match[1])) return null;
  try {
    let [address, bits] = ipaddr.parseCIDR(text);
    if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()) {
      if (bits < 96) return null;
      address = address.toIPv4Address();
      bits -= 96;
    }
    const network = address.kind() === "ipv4"
      ? ipaddr.IPv4.networkAddressFromCIDR(`${address}/${bits}`)
      : ipaddr.IPv6.networkAddressFromCIDR(`${address}/${bits}`);
    return [network, bits];
  } catch {
    return null;
  }
}

/**
 * Returns whether `address` is in `network`; a single address is a network of
 * one.
 */
export function inNetwork(address: string, network: string): boolean {
  const one = parseAddress(address);
  if (one === null) return false;
  const single = parseAddress(network);
  if (single !== null) return single.toString() === one.toString();
  const parsed = parseNetwork(network);
  if (parsed === null || parsed[0].kind() !== one.kind()) return false;
  return one.match(parsed);
}

/** Returns whether two addresses or networks have an address in common. */
export function networksOverlap(one: string, other: string): boolean {
  const base = (text: string) => parseNetwork(text)?.[0].toString() ?? text;
  return inNetwork(base(one), other) || inNetwork(base(other), one);
}

/**
 * Returns whether the prefix of a network is shorter than the limit for its
 * kind.
 */
export function isWiderThan(
  network: string,
  prefix: { readonly ipv4: number; readonly ipv6: number },
): boolean {
  const parsed = parseNetwork(network);
  return parsed !== null && parsed[1] < prefix[parsed[0].kind()];
}

/** Returns a test for membership in any of these networks, parsed once. */
export function networkMatcher(
  networks: readonly string[],
): (address: string) => boolean {
  const parsed: [Address, number][] = [];
  for (const text of networks) {
    const single = parseAddress(text);
    const network = single === null
      ? parseNetwork(text)
      : [single, single.kind() === "ipv4" ? 32 : 128] as [Address, number];
    if (network !== null) parsed.push(network);
  }
  return (address) => {
    const one = parseAddress(address);
    if (one === null) return false;
    return parsed.some((network) =>
      network[0].kind() === one.kind() && one.match(network)
    );
  };
}

const matchers = new WeakMap<
  readonly string[],
  (address: string) => boolean
>();

/** Returns the same as {@linkcode networkMatcher}, cached for each list. */
export function matcherOf(
  networks: readonly string[],
): (address: string) => boolean {
  let matcher = matchers.get(networks);
  if (matcher === undefined) {
    matcher = networkMatcher(networks);
    matchers.set(networks, matcher);
  }
  return matcher;
}

/** Private and link-local networks, including this machine. */
export const PRIVATE_NETWORKS: readonly string[] = [
  "127.0.0.0/8",
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "169.254.0.0/16",
  "::1/128",
  "fc00::/7",
  "fe80::/10",
];

export const isPrivateAddress: (address: string) => boolean = networkMatcher(
  PRIVATE_NETWORKS,
);

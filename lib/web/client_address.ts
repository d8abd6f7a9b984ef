/**
 * Who is at the other end: the connection's own address, or what a proxy that
 * the host has named says of it.
 *
 * @module
 */
import { networkMatcher, normalAddress } from "../config/network.ts";

/** Headers that proxies add. */
const FORWARDED = ["x-forwarded-for", "forwarded", "via"] as const;

export interface Origin {
  readonly address: string;
  readonly https: boolean;
  /**
   * It came through a proxy that the host has not named, so the address is the
   * proxy's and says nothing of who is behind it.
   */
  readonly masked: boolean;
}

/**
 * `peer` is the address of the TCP connection. `X-Forwarded-For` is read from
 * its end: each entry is believed only when the one after it is a trusted
 * proxy, so what a client wrote himself never counts.
 */
export function clientOrigin(
  peer: string,
  headers: Headers,
  trustedProxies: readonly string[],
): Origin {
  let address = normalAddress(peer) ?? peer;
  const trusted = matcherFor(trustedProxies);
  if (!trusted(address)) {
    const masked = FORWARDED.some((name) => headers.has(name));
    return { address, https: false, masked };
  }
  const hops = (headers.get("x-forwarded-for") ?? "").split(",");
  while (hops.length > 0 && trusted(address)) {
    const hop = normalAddress((hops.pop() ?? "").trim());
    if (hop === null) break;
    address = hop;
  }
  const https = headers.get("x-forwarded-proto")?.trim() === "https";
  return { address, https, masked: false };
}

const matchers = new WeakMap<
  readonly string[],
  (address: string) => boolean
>();

/** A matcher for a list of the configuration, made once for each list. */
export function matcherFor(
  networks: readonly string[],
): (address: string) => boolean {
  let matcher = matchers.get(networks);
  if (matcher === undefined) {
    matcher = networkMatcher(networks);
    matchers.set(networks, matcher);
  }
  return matcher;
}

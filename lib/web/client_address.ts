/**
 * Finds the address of a request: that of the connection, or the one reported
 * by a proxy named in `web.trusted_proxies`.
 *
 * @module
 */
import { matcherOf, normalAddress } from "../net/networks.ts";

/** Headers that proxies add. */
const FORWARDED = ["x-forwarded-for", "forwarded", "via"] as const;

/** Used for a client whose address a trusted proxy did not report. */
export const UNKNOWN_ADDRESS = "unknown";

export interface Origin {
  /** {@linkcode UNKNOWN_ADDRESS} is in no network. */
  readonly address: string;
  readonly https: boolean;
  /**
   * True when a proxy does not report the client's address, or cannot be
   * trusted to: the request must then not count as coming from nearby.
   */
  readonly masked: boolean;
}

/**
 * Returns where a request comes from; `peer` is the address of the TCP
 * connection. `X-Forwarded-For` is read from its end: an entry counts only when
 * the one after it is a trusted proxy, so entries written by the client never
 * count. An invalid entry makes the address unknown; the client never counts as
 * the proxy.
 */
export function clientOrigin(
  peer: string,
  headers: Headers,
  trustedProxies: readonly string[],
): Origin {
  let address = normalAddress(peer) ?? peer;
  const trusted = matcherOf(trustedProxies);
  if (!trusted(address)) {
    const masked = FORWARDED.some((name) => headers.has(name));
    return { address, https: false, masked };
  }
  const https = headers.get("x-forwarded-proto")?.trim() === "https";
  const header = headers.get("x-forwarded-for");
  if (header === null) {
    // From the proxy's own machine, unless another header says otherwise.
    const masked = FORWARDED.some((name) => headers.has(name));
    return { address: masked ? UNKNOWN_ADDRESS : address, https, masked };
  }
  const hops = header.split(",");
  while (hops.length > 0 && trusted(address)) {
    const hop = forwardedAddress(hops.pop() ?? "");
    if (hop === null) return { address: UNKNOWN_ADDRESS, https, masked: true };
    address = hop;
  }
  return { address, https, masked: false };
}

/**
 * Returns this site's origin as the browser sees it: what the Origin header of
 * its own pages says. A trusted proxy may report the host it was asked for.
 */
export function siteOrigin(
  peer: string,
  headers: Headers,
  trustedProxies: readonly string[],
  https: boolean,
): string {
  const trusted = matcherOf(trustedProxies)(normalAddress(peer) ?? peer);
  const forwarded = trusted ? headers.get("x-forwarded-host") : null;
  const host = forwarded ?? headers.get("host") ?? "";
  const url = `${https ? "https" : "http"}://${host.trim()}`;
  return URL.canParse(url) ? new URL(url).origin : "";
}

/**
 * Parses one entry of `X-Forwarded-For`: an address, which may be quoted, have
 * a port, be in brackets or have a zone. Returns null for anything else.
 */
export function forwardedAddress(entry: string): string | null {
  const quoted = /^"([^"\\]*)"$/.exec(entry.trim());
  const text = (quoted?.[1] ?? entry).trim();
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text);
  if (bracketed !== null) {
    const inside = withoutZone(bracketed[1] ?? "");
    return inside.includes(":") ? normalAddress(inside) : null;
  }
  const withPort = /^([\d.]+):\d{1,5}$/.exec(text);
  return normalAddress(withPort?.[1] ?? withoutZone(text));
}

function withoutZone(address: string): string {
  return address.includes(":") ? address.replace(/%[\w.-]+$/, "") : address;
}

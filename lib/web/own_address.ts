/**
 * Finds the name or address at which a visitor's client can reach this server.
 *
 * @module
 */
import { networkInterfaces } from "node:os";
import {
  inNetwork,
  isIPv4,
  isPrivateAddress,
  normalAddress,
} from "../net/networks.ts";
import type { Context, Site } from "./site.ts";

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Prefers the host's setting, then the name that the visitor used (unless it is
 * one of the old names, which stand for every server), then the address at
 * which the request arrived, then one that the visitor can probably reach.
 */
export function addressFor(c: Context, site: Site): ServerAddress {
  const { advertise, advertise_private } = site.config().server;
  const inside = isPrivateAddress(c.env.address) ? advertise_private : "";
  const host = inside || advertise || requestedHost(c.req.header("host")) ||
    local(c.env.localAddress) || nearestAddress(c.env.address);
  return { host, port: chatPort(site) };
}

export function chatPort(site: Site): number {
  const { chat } = site.live.status().endpoints;
  return Number(chat.slice(chat.lastIndexOf(":") + 1));
}

/**
 * Returns the name or IPv4 address of a Host header, or "" when it is unusable.
 */
export function requestedHost(header: string | undefined): string {
  const name = (header ?? "").replace(/:\d*$/, "").toLowerCase();
  if (!/^[a-z0-9][a-z0-9.-]{3,252}[a-z0-9]$/.test(name)) return "";
  return /(^|\.)(paltalk\.com|users\.cloud9\.net)$/.test(name) ? "" : name;
}

function local(address: string): string {
  const plain = normalAddress(address);
  return plain !== null && isIPv4(plain) ? plain : "";
}

/**
 * Returns this server's address in the visitor's network, or the most public
 * one.
 */
function nearestAddress(visitor: string): string {
  const own = interfaces();
  const shared = own.find(({ cidr }) =>
    cidr !== null && inNetwork(visitor, cidr)
  );
  const outward =
    own.find(({ internal, address }) =>
      !internal && !isPrivateAddress(address)
    ) ?? own.find(({ internal }) => !internal);
  return (shared ?? outward)?.address ?? "127.0.0.1";
}

/** Returns the IPv4 addresses of this machine. */
export function ownIPv4Addresses(): string[] {
  return interfaces().map(({ address }) => address);
}

function interfaces() {
  try {
    return Object.values(networkInterfaces()).flat()
      .flatMap((one) => one?.family === "IPv4" && one.cidr ? [one] : []);
  } catch {
    // Without permission the addresses are unknown.
    return [];
  }
}

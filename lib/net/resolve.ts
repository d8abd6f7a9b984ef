/**
 * Resolves names to IPv4 addresses, the only kind that fits the client's
 * packets.
 *
 * @module
 */
import { lookup } from "node:dns/promises";
import { isIPv4 } from "./networks.ts";

/**
 * Returns undefined for an empty name. Throws a sentence for the host when the
 * name cannot be resolved.
 */
export async function resolveIPv4(host: string): Promise<string | undefined> {
  if (host === "") return undefined;
  if (isIPv4(host)) return host;
  try {
    return (await lookup(host, { family: 4 })).address;
  } catch (error) {
    throw new Error(`${host} has no IPv4 address that can be found.`, {
      cause: error,
    });
  }
}

/**
 * Addresses of this machine.
 *
 * @module
 */
import { isPrivateAddress } from "../net/networks.ts";

/** Returns the IPv4 addresses of this machine except the loopback. */
export function ownAddresses(): string[] {
  try {
    return Deno.networkInterfaces()
      .filter((one) => one.family === "IPv4" && !one.address.startsWith("127."))
      .map((one) => one.address);
  } catch {
    // Without permission or support the addresses are unknown.
    return [];
  }
}

/**
 * Returns the address at which clients in the home network reach this machine,
 * or null.
 */
export function homeAddress(): string | null {
  const all = ownAddresses();
  // Containers add bridges with other private addresses, mostly in 172.16/12.
  return all.find((one) => one.startsWith("192.168.")) ??
    all.find((one) => one.startsWith("10.")) ??
    all.find(isPrivateAddress) ?? all[0] ?? null;
}

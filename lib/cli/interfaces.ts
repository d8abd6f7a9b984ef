/**
 * The machine's own addresses.
 *
 * @module
 */
import { isPrivateAddress } from "../net/networks.ts";

/** IPv4 addresses of this machine, without the loopback. */
export function ownAddresses(): string[] {
  try {
    return Deno.networkInterfaces()
      .filter((one) => one.family === "IPv4" && !one.address.startsWith("127."))
      .map((one) => one.address);
  } catch {
    // Not permitted, or not supported: then nobody knows.
    return [];
  }
}

/** The one by which a client at home reaches this machine, or null. */
export function homeAddress(): string | null {
  const all = ownAddresses();
  // Containers bring bridges of their own, mostly in 172.16/12.
  return all.find((one) => one.startsWith("192.168.")) ??
    all.find((one) => one.startsWith("10.")) ??
    all.find(isPrivateAddress) ?? all[0] ?? null;
}

/**
 * The address at which other machines can probably reach this one.
 *
 * @module
 */
import { isIPv4 } from "../net/networks.ts";

/** Returns the bound address, or the first one that others can reach. */
export function reachableAddress(bound: string): string {
  if (isIPv4(bound) && bound !== "0.0.0.0") return bound;
  try {
    const outer = Deno.networkInterfaces().find(({ family, address }) =>
      family === "IPv4" && !address.startsWith("127.")
    );
    return outer?.address ?? "127.0.0.1";
  } catch {
    return "127.0.0.1";
  }
}

/**
 * The address of the pages to give to others.
 *
 * @module
 */
import { networkInterfaces } from "node:os";
import type { Config } from "../config/config.ts";
import type { Status } from "../ops/live.ts";

/**
 * Returns such as "https://chat.example.org:8443", by HTTPS where it is
 * served. The name is the certificate's, then what is advertised, then an
 * address of this machine.
 */
export function publicOrigin(
  { server, web }: Config,
  endpoints?: Pick<Status["endpoints"], "web" | "webs">,
): string {
  const secure = endpoints === undefined
    ? web.tls !== "off"
    : endpoints.webs !== null;
  const address = secure ? endpoints?.webs : endpoints?.web;
  const port = address?.slice(address.lastIndexOf(":") + 1) ??
    String(secure ? web.tls_port : web.port);
  const [certified] = secure ? web.tls_names : [];
  const host = certified ?? (server.advertise || machineAddress());
  const isDefault = port === (secure ? "443" : "80");
  return `${secure ? "https" : "http"}://${host}${isDefault ? "" : `:${port}`}`;
}

function machineAddress(): string {
  try {
    const own = Object.values(networkInterfaces()).flat()
      .filter((one) => one?.family === "IPv4" && !one.internal);
    return own[0]?.address ?? "127.0.0.1";
  } catch {
    // Not permitted: then nobody knows.
    return "127.0.0.1";
  }
}

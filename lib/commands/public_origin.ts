/**
 * The public address of the pages.
 *
 * @module
 */
import { networkInterfaces } from "node:os";
import type { Config } from "../config/config.ts";
import type { Status } from "../ops/live.ts";

/**
 * Returns `web.public_url`, or an address such as
 * "https://chat.example.org:8443", with HTTPS where it is served. Its name is
 * that of the certificate, otherwise the advertised one, otherwise the address
 * that the pages listen on.
 */
export function publicOrigin(
  { server, web }: Config,
  endpoints?: Pick<Status["endpoints"], "web" | "webs">,
): string {
  if (web.public_url !== "") return new URL(web.public_url).origin;
  const secure = endpoints === undefined
    ? web.tls !== "off"
    : endpoints.webs !== null;
  const address = secure ? endpoints?.webs : endpoints?.web;
  const port = address?.slice(address.lastIndexOf(":") + 1) ??
    String(secure ? web.tls_port : web.port);
  const [certified] = secure ? web.tls_names : [];
  const bound = address?.slice(0, address.lastIndexOf(":")) ?? "";
  const isAny = bound === "" || bound === "0.0.0.0" || bound === "[::]";
  const host = certified ??
    (server.advertise || server.advertise_private ||
      (isAny ? machineAddress() : bound));
  const isDefault = port === (secure ? "443" : "80");
  return `${secure ? "https" : "http"}://${host}${isDefault ? "" : `:${port}`}`;
}

function machineAddress(): string {
  try {
    const own = Object.values(networkInterfaces()).flat()
      .filter((one) => one?.family === "IPv4" && !one.internal);
    return own[0]?.address ?? "127.0.0.1";
  } catch {
    // Without permission the addresses are unknown.
    return "127.0.0.1";
  }
}

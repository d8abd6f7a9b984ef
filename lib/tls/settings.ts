/**
 * Checks which HTTPS settings depend on each other.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import { normalAddress } from "../net/networks.ts";

/** Returns why these settings cannot work together, or null when they can. */
export function tlsProblem({ web }: Config): string | null {
  if (web.tls === "files" && (web.tls_cert === "" || web.tls_key === "")) {
    return 'web.tls = "files" needs web.tls_cert and web.tls_key.';
  }
  if (web.tls !== "acme") return null;
  const bad = web.tls_names.find((name) =>
    normalAddress(name) !== null || !name.includes(".")
  );
  if (bad !== undefined) {
    return `ACME cannot certify "${bad}" (web.tls_names): it needs a full ` +
      "name such as chat.example.org.";
  }
  if (web.tls_names.length === 0) {
    return 'web.tls = "acme" needs the names to certify: set web.tls_names, ' +
      'for example ["chat.example.org"].';
  }
  return web.legacy_port === 0
    ? 'web.tls = "acme" needs web.legacy_port: the ACME server asks for its ' +
      "challenge by http on port 80. Set web.legacy_port to 80, or to the " +
      "port to which your router sends 80."
    : null;
}

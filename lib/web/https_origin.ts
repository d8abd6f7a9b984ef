/**
 * Which pages are served by HTTPS only, and where that is.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import { covers } from "../tls/names.ts";

/**
 * Returns whether the page uses a microphone or is only for users with an
 * account.
 */
export function needsHttps(path: string): boolean {
  return /^\/(chat|member|desk|sign-in|invite|reset|forgot|confirm)(\/|$)/.test(
    path,
  );
}

export interface HttpsPlace {
  readonly web: Config["web"];
  /** Names and addresses of the certificate. */
  readonly names: readonly string[];
  /** Port of the pages by HTTPS. */
  readonly port: number;
  /** Host header, or "". */
  readonly host: string;
  /** Address at which the request arrived. */
  readonly localAddress: string;
}

/**
 * Returns the origin for HTTPS: this server's port under the name that the
 * visitor used, if the certificate has that name; otherwise the public address.
 */
export function httpsOrigin(
  { web, names, port, host, localAddress }: HttpsPlace,
): string {
  const came = host.replace(/:\d*$/, "") ||
    (localAddress.includes(":") ? `[${localAddress}]` : localAddress);
  const { public_url, tls_names: [first = came] } = web;
  const known = covers(names, came);
  if (public_url.startsWith("https:")) {
    const { origin, hostname } = new URL(public_url);
    // A router may map the port, so no other port is known under that name.
    if (!known || came.toLowerCase() === hostname) return origin;
  }
  return `https://${known ? came : first}${port === 443 ? "" : `:${port}`}`;
}

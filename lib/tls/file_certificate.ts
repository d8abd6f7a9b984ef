/**
 * A certificate and its key from files of the host's.
 *
 * @module
 */
import { isAbsolute, join } from "node:path";
import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/load.ts";
import type { KeyPair } from "../net/tls/terminator.ts";
import { osSentence } from "../ops/os_errors.ts";
import { keyFits, readCertificate } from "./read_certificate.ts";

/**
 * Returns the certificate of web.tls_cert and web.tls_key. Throws ConfigError.
 */
export function readFiles({ web }: Config, base: string): KeyPair {
  const certificate = readText("web.tls_cert", web.tls_cert, base);
  const key = readText("web.tls_key", web.tls_key, base);
  let fits: boolean;
  try {
    readCertificate(certificate);
  } catch {
    throw new ConfigError([
      `${web.tls_cert} (web.tls_cert) holds no certificate in PEM.`,
    ]);
  }
  try {
    fits = keyFits(certificate, key);
  } catch {
    throw new ConfigError([
      `${web.tls_key} (web.tls_key) holds no private key in PEM.`,
    ]);
  }
  if (fits) return { certificate, key };
  throw new ConfigError([
    `The key in ${web.tls_key} does not belong to the certificate in ` +
    `${web.tls_cert}.`,
  ]);
}

/** Reads a file; relative paths start from `base`. Throws ConfigError. */
export function readText(setting: string, path: string, base: string): string {
  const full = isAbsolute(path) ? path : join(base, path);
  try {
    return Deno.readTextFileSync(full);
  } catch (error) {
    throw new ConfigError([
      `${setting}: ${osSentence(error, full) ?? `${full}: ${error}`}`,
    ]);
  }
}

/**
 * Keeps the certificate of the pages: loads or creates it at the start, and
 * renews it while the server is running.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/load.ts";
import type { KeyPair } from "../net/tls/terminator.ts";
import type { TlsStatus } from "../ops/live.ts";
import type { Logger } from "../ops/log.ts";
import { osSentence } from "../ops/os_errors.ts";
import { orderCertificate } from "./acme/order.ts";
import { newKey } from "./certificate.ts";
import { readFiles, readText } from "./file_certificate.ts";
import { covers } from "./names.ts";
import { keyFits, readCertificate } from "./read_certificate.ts";
import { AUTHORITY, SELF, selfSigned } from "./self_signed.ts";
import { tlsProblem } from "./settings.ts";
import { TlsFiles } from "./tls_files.ts";

/** Milliseconds between two checks of a certificate's names and expiry. */
const CHECK_MS = 3_600_000;
/** Milliseconds to wait after a failed order; doubled with each failure. */
const RETRY_MS = 5 * 60_000;
const LONGEST_RETRY_MS = 12 * 3_600_000;
/** An ACME certificate is renewed when this part of its lifetime is left. */
const RENEW_AT = 1 / 3;

export interface KeeperOptions {
  readonly config: () => Config;
  /** The folder for certificates and keys. */
  readonly folder: string;
  readonly log: Logger;
  readonly clock: () => number;
}

export class CertificateKeeper {
  readonly #options: KeeperOptions;
  readonly #files: TlsFiles;
  readonly #mode: TlsStatus["mode"];
  /** Answers to ACME challenges, by token. */
  readonly #challenges = new Map<string, string>();
  readonly #ending = new AbortController();
  #current: KeyPair;
  #problem: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ordering = false;
  #failures = 0;
  #onChange: (pair: KeyPair) => void = () => {};

  /** Throws ConfigError when no certificate is possible. */
  constructor(options: KeeperOptions) {
    const { config, folder } = options;
    const { tls } = config().web;
    if (tls === "off") throw new Error("TLS is off");
    this.#options = options;
    this.#mode = tls;
    this.#files = new TlsFiles(folder);
    const problem = tlsProblem(config());
    if (problem !== null) throw new ConfigError([problem]);
    this.#current = this.#find();
  }

  get current(): KeyPair {
    return this.#current;
  }

  /** PEM of the host's own authority, when that has signed the certificate. */
  get authority(): string | undefined {
    return this.#mode === "self"
      ? this.#files.read(`${AUTHORITY}.crt`)
      : undefined;
  }

  /** Starts renewing, and calls `onChange` with each new certificate. */
  start(onChange: (pair: KeyPair) => void): void {
    this.#onChange = onChange;
    this.#check();
  }

  /** Reads the files again and retries failed orders. */
  reload(): void {
    clearTimeout(this.#timer);
    this.#check();
  }

  challenge(token: string): string | undefined {
    return this.#challenges.get(token);
  }

  status(): TlsStatus {
    const info = readCertificate(this.#current.certificate);
    return {
      mode: this.#mode,
      names: info.names,
      issuer: info.issuer,
      until: info.until.getTime(),
      fingerprint: info.fingerprint,
      problem: this.#problem,
    };
  }

  close(): void {
    this.#ending.abort();
    clearTimeout(this.#timer);
  }

  #find(): KeyPair {
    const { config, clock, folder } = this.#options;
    if (this.#mode === "files") return readFiles(config(), this.#base);
    const stored = this.#mode === "acme"
      ? this.#files.readPair(acmeName(config()))
      : undefined;
    if (stored !== undefined && holdsNames(stored, config())) return stored;
    try {
      return selfSigned(this.#files, config(), clock());
    } catch (error) {
      throw new ConfigError([
        `The certificate cannot be kept in ${folder}: ${
          osSentence(error) ?? error
        }`,
      ]);
    }
  }

  #check(): void {
    this.#timer = setTimeout(() => this.#check(), CHECK_MS);
    try {
      this.#use(this.#find());
      if (this.#mode !== "acme") this.#problem = null;
    } catch (error) {
      this.#fail("certificate not read", error);
    }
    if (this.#mode === "acme" && this.#isDue()) void this.#order();
  }

  #use(pair: KeyPair): void {
    const { certificate, key } = this.#current;
    if (pair.certificate === certificate && pair.key === key) return;
    this.#onChange(pair);
    this.#current = pair;
    const { until, names } = readCertificate(pair.certificate);
    this.#options.log.info("new certificate", {
      names: names.join(" "),
      until: until.toISOString(),
    });
  }

  #isDue(): boolean {
    const { config, clock } = this.#options;
    const stored = this.#files.readPair(acmeName(config()));
    if (stored === undefined || !holdsNames(stored, config())) return true;
    const { from, until } = readCertificate(stored.certificate);
    const left = until.getTime() - clock();
    return left < RENEW_AT * (until.getTime() - from.getTime());
  }

  async #order(): Promise<void> {
    if (this.#ordering) return;
    this.#ordering = true;
    const { config, log } = this.#options;
    const { web } = config();
    try {
      log.info("ordering a certificate", { names: web.tls_names.join(" ") });
      const name = acmeName(config());
      const pair = await orderCertificate({
        directory: web.acme_directory,
        names: web.tls_names,
        email: web.acme_email,
        accountKey: this.#accountKey(name),
        trusted: this.#trusted(web.acme_ca),
        challenges: this.#challenges,
        signal: this.#ending.signal,
      });
      this.#files.writePair(name, pair);
      this.#use(pair);
      this.#failures = 0;
      this.#problem = null;
    } catch (error) {
      if (this.#ending.signal.aborted) return;
      this.#fail("no certificate by ACME", error);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(
        () => this.#check(),
        Math.min(RETRY_MS * 2 ** this.#failures++, LONGEST_RETRY_MS),
      );
    } finally {
      this.#ordering = false;
    }
  }

  #accountKey(name: string): string {
    const file = `${name}-account.key`;
    const stored = this.#files.read(file);
    if (stored !== undefined) return stored;
    const fresh = newKey();
    this.#files.write(file, fresh);
    return fresh;
  }

  #trusted(path: string): string | undefined {
    return path === "" ? undefined : readText("web.acme_ca", path, this.#base);
  }

  /** The folder that relative paths start from: the data folder. */
  get #base(): string {
    return join(this.#options.folder, "..");
  }

  #fail(message: string, error: unknown): void {
    this.#problem = error instanceof Error ? error.message : String(error);
    this.#options.log.error(message, { error: this.#problem });
  }
}

/**
 * Returns the certificate that a start would use; undefined when one would be
 * created or ordered. Throws when it cannot be read.
 */
export function storedCertificate(
  config: Config,
  folder: string,
): KeyPair | undefined {
  const { tls } = config.web;
  if (tls === "files") return readFiles(config, join(folder, ".."));
  const files = new TlsFiles(folder);
  const ordered = tls === "acme" ? files.readPair(acmeName(config)) : undefined;
  return ordered ?? files.readPair(SELF);
}

/**
 * Returns a name that differs for each ACME directory, so that their
 * certificates do not replace each other.
 */
function acmeName({ web }: Config): string {
  const print = createHash("sha256").update(web.acme_directory).digest("hex");
  return `acme-${print.slice(0, 8)}`;
}

function holdsNames({ certificate, key }: KeyPair, { web }: Config): boolean {
  try {
    const { names } = readCertificate(certificate);
    return keyFits(certificate, key) &&
      web.tls_names.every((name) => covers(names, name));
  } catch {
    // Damaged, so it is ordered again.
    return false;
  }
}

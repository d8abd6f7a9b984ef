/**
 * HTTPS for the pages: the certificate and what decrypts with it.
 *
 * @module
 */
import type { LiveConfig } from "../config/live_config.ts";
import { TlsTerminator } from "../net/tls/terminator.ts";
import { logger } from "../ops/log.ts";
import { CertificateKeeper } from "../tls/certificate_keeper.ts";
import { readCertificate } from "../tls/read_certificate.ts";
import type { HttpsOptions } from "../web/listeners.ts";

/**
 * A certificate that is kept up to date, and the TLS terminator that uses it.
 */
export class Https {
  readonly keeper: CertificateKeeper;
  readonly #terminator: TlsTerminator;
  readonly #unsubscribe: () => void;
  #names: readonly string[];

  /** Throws ConfigError when no certificate is possible. */
  constructor(config: LiveConfig, clock: () => number, folder: string) {
    this.keeper = new CertificateKeeper({
      config: () => config.current,
      folder,
      log: logger("tls"),
      clock,
    });
    const { current } = this.keeper;
    this.#terminator = new TlsTerminator(current);
    this.#names = readCertificate(current.certificate).names;
    this.#unsubscribe = config.onReload(() => this.keeper.reload());
  }

  forPages(port: number): HttpsOptions {
    return {
      port,
      terminator: this.#terminator,
      names: () => this.#names,
      challenge: (token) => this.keeper.challenge(token),
      authority: () => this.keeper.authority,
    };
  }

  /** Orders and renews certificates, now that challenges can be answered. */
  start(): void {
    this.keeper.start((pair) => {
      this.#terminator.replace(pair);
      this.#names = readCertificate(pair.certificate).names;
    });
  }

  close(): void {
    this.#unsubscribe();
    this.keeper.close();
    this.#terminator.close();
  }
}

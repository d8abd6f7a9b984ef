/**
 * Resolves the host names of the configuration. A name that cannot be resolved
 * now (no network yet at boot, a home line whose address changes) is looked up
 * again later while the server runs.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import type { Logger } from "../ops/log.ts";
import { resolveIPv4 } from "../net/resolve.ts";

/** Milliseconds between two lookups. */
const AGAIN_MS = 300_000;

export interface NamedHosts {
  /** For all clients, or for those outside when `inside` is set too. */
  readonly outside: string | undefined;
  /** For clients in private networks. */
  readonly inside: string | undefined;
  /** Server to which clients are redirected; null: they stay here. */
  readonly redirect: { readonly address: string; readonly port: number } | null;
}

export class HostResolver {
  now: NamedHosts = { outside: undefined, inside: undefined, redirect: null };
  readonly #log: Logger;
  readonly #config: () => Config;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(config: () => Config, log: Logger) {
    this.#config = config;
    this.#log = log;
    this.#timer = setInterval(() => void this.refresh(), AGAIN_MS);
  }

  /**
   * Looks all names up; a name that cannot be resolved keeps its last address.
   */
  async refresh(): Promise<void> {
    const { server, redirect } = this.#config();
    const [target = "", port = "5001"] = redirect.host.split(":");
    const { now } = this;
    const [outside, inside, address] = await Promise.all([
      this.#resolve("server.advertise", server.advertise, now.outside),
      this.#resolve(
        "server.advertise_private",
        server.advertise_private,
        now.inside,
      ),
      this.#resolve("redirect.host", target, now.redirect?.address),
    ]);
    this.now = {
      outside,
      inside,
      redirect: address === undefined ? null : { address, port: Number(port) },
    };
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #resolve(
    setting: string,
    host: string,
    last: string | undefined,
  ): Promise<string | undefined> {
    try {
      return await resolveIPv4(host);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.error("a name cannot be found", { setting, reason });
      return last;
    }
  }
}

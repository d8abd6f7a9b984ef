/**
 * The pages of a gateway: what it says of itself, and HTTPS if it has any.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import type { LiveConfig } from "../config/live_config.ts";
import type { Admission } from "../net/admission.ts";
import { isIPv4, isPrivateAddress } from "../net/networks.ts";
import { Https } from "../server/https.ts";
import { requestedHost } from "../web/own_address.ts";
import { reachableAddress } from "./own_address.ts";
import { WebProxy, type WebProxyOptions } from "./web_proxy.ts";

export interface GatewayWebOptions {
  /** The gateway's own configuration. */
  readonly live: LiveConfig;
  /** The same with the settings of the core that hold here. */
  readonly config: () => Config;
  readonly admission: Admission;
  /** Returns the address of the chat port. */
  readonly chat: () => Deno.NetAddr;
  /** Returns "host:port" of the core's pages; null for none. */
  readonly core: () => string | null;
  /** Folder for certificates and keys; without it there is no HTTPS. */
  readonly tlsFolder: string | undefined;
}

export class GatewayWeb implements AsyncDisposable {
  readonly proxy: WebProxy;
  readonly #https: Https | undefined;
  readonly #options: GatewayWebOptions;

  /** Binds the ports. Throws CannotListen and ConfigError. */
  constructor(options: GatewayWebOptions) {
    this.#options = options;
    const { live, config, admission, core, tlsFolder } = options;
    const { server, web } = config();
    const https = web.tls === "off" || tlsFolder === undefined
      ? undefined
      : new Https(live, Date.now, tlsFolder);
    try {
      this.proxy = new WebProxy({
        bind: web.bind || server.bind,
        port: web.port,
        legacyPort: web.legacy_port,
        https: https?.forPages(web.tls_port),
        config,
        admission,
        core,
        location: (visitor, asked) => this.#location(visitor, asked),
      });
    } catch (error) {
      https?.close();
      throw error;
    }
    https?.start();
    this.#https = https;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#https?.close();
    await this.proxy[Symbol.asyncDispose]();
  }

  #location(
    ...[{ address, localAddress }, asked]: Parameters<
      WebProxyOptions["location"]
    >
  ): ReturnType<WebProxyOptions["location"]> {
    const { advertise, advertise_private } = this.#options.config().server;
    const { hostname, port } = this.#options.chat();
    const inside = isPrivateAddress(address) ? advertise_private : "";
    const local = isIPv4(localAddress)
      ? localAddress
      : reachableAddress(hostname);
    return {
      host: inside || advertise || requestedHost(asked) || local,
      port,
    };
  }
}

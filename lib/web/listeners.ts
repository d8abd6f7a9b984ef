/**
 * The ports of the pages: http, https, and http for the old client's own
 * browser.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import type { AcceptorLimits } from "../net/acceptor.ts";
import type { Answer } from "../net/http/connection.ts";
import { bareResponse } from "../net/http/response.ts";
import { type HttpOptions, HttpServer } from "../net/http/server.ts";
import { matcherOf } from "../net/networks.ts";
import type { TlsTerminator } from "../net/tls/terminator.ts";
import { listening } from "../ops/listening.ts";
import type { Logger } from "../ops/log.ts";
import { isLegacyPath, LEGACY_PATHS } from "./legacy/paths.ts";

const GRACE_MS = 2000;

export interface HttpsOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly terminator: TlsTerminator;
  /** Returns the names and addresses of the current certificate. */
  names(): readonly string[];
  /** Returns the answer to a challenge of an ACME server. */
  challenge(token: string): string | undefined;
  /**
   * Returns the PEM of the host's own authority that signed it, if there is
   * one.
   */
  authority(): string | undefined;
}

export interface ListenerOptions {
  readonly bind: string;
  readonly port: number;
  /** 0 opens no such port. */
  readonly legacyPort: number;
  readonly tls: HttpsOptions | undefined;
  readonly log: Logger;
  readonly config: () => Config;
  readonly answer: Answer;
}

export interface Listeners {
  readonly main: HttpServer;
  readonly tls: HttpServer | null;
  readonly legacy: HttpServer | null;
  shutdown(): Promise<void>;
}

/** Opens all ports, or none of them. Throws CannotListen. */
export function openListeners(options: ListenerOptions): Listeners {
  const { bind, port, legacyPort, tls, log, config, answer } = options;
  const servers: HttpServer[] = [];
  const shutdown = async (graceMs: number) => {
    await Promise.all(servers.map((one) => one.shutdown(graceMs)));
    tls?.terminator.close();
  };
  const open = (
    setting: string,
    more: Pick<HttpOptions, "port" | "answer" | "tls">,
  ): HttpServer => {
    const one = listening(setting, more.port, () =>
      new HttpServer({
        hostname: bind,
        log,
        limits: () => connectionLimits(config().limits),
        isUncounted: (address) => isUncounted(config(), address),
        ...more,
      }));
    servers.push(one);
    return one;
  };
  try {
    const main = open("web.port", { port, answer });
    const secure = tls === undefined ? null : open("web.tls_port", {
      port: tls.port,
      answer,
      tls: tls.terminator,
    });
    const legacy = legacyPort === 0 || legacyPort === port
      ? null
      : open("web.legacy_port", {
        port: legacyPort,
        answer: legacyOnly(answer),
      });
    return { main, tls: secure, legacy, shutdown: () => shutdown(GRACE_MS) };
  } catch (error) {
    void shutdown(0);
    throw error;
  }
}

/**
 * Restricts a port that may be open to everybody to the pages of the old
 * client.
 */
function legacyOnly(answer: Answer): Answer {
  return (request, ...more) => {
    const url = new URL(request.url);
    if (url.pathname === "/") {
      url.pathname = LEGACY_PATHS.front;
      return answer(new Request(url, request), ...more);
    }
    return isLegacyPath(url.pathname) || isChallenge(url.pathname)
      ? answer(request, ...more)
      : Promise.resolve(bareResponse(404, "Not found."));
  };
}

/**
 * Returns whether this is a challenge of an ACME server, which uses http on
 * port 80.
 */
export function isChallenge(path: string): boolean {
  return path.startsWith("/.well-known/acme-challenge/");
}

/** Burst of new connections after a pause, in seconds of the permitted rate. */
const BURST_SECONDS = 10;

export function connectionLimits(limits: Config["limits"]): AcceptorLimits {
  return {
    total: limits.web_connections,
    perHost: limits.web_connections_per_address,
    newPerSecond: limits.new_connections_per_second,
    newBurst: BURST_SECONDS * limits.new_connections_per_second,
  };
}

/**
 * Returns whether the address is a proxy, which holds the connections of all
 * users behind it.
 */
export function isUncounted({ web, access }: Config, address: string): boolean {
  return matcherOf(web.trusted_proxies)(address) ||
    matcherOf(access.uncounted)(address);
}

/**
 * The checks of every request before a page handles it: the user, the address,
 * the rate, and HTTPS.
 *
 * @module
 */
import { bareResponse } from "../net/http/response.ts";
import type { Upgrade } from "../net/http/upgrade.ts";
import { matcherOf } from "../net/networks.ts";
import type { Pages } from "./app.ts";
import { clientOrigin, siteOrigin } from "./client_address.ts";
import { httpsOrigin, needsHttps } from "./https_origin.ts";
import type { HttpsOptions } from "./listeners.ts";
import { RequestRate } from "./request_rate.ts";
import type { Site, Visitor } from "./site.ts";
import type { Sockets } from "./sockets/sockets.ts";

/** Checks every request before a page handles it. */
export class FrontDoor {
  readonly #site: Site;
  readonly #pages: Pages;
  readonly #sockets: Sockets | undefined;
  readonly #https: HttpsOptions | undefined;
  readonly #rate = new RequestRate();
  /** Set when the HTTPS port is open. */
  httpsPort = 0;

  constructor(
    site: Site,
    pages: Pages,
    sockets: Sockets | undefined,
    https: HttpsOptions | undefined,
  ) {
    this.#site = site;
    this.#pages = pages;
    this.#sockets = sockets;
    this.#https = https;
  }

  async answer(
    request: Request,
    peer: string,
    localAddress: string,
    secure: boolean,
  ): Promise<Response | Upgrade> {
    const { web } = this.#site.config();
    const { pathname, search } = new URL(request.url);
    // From anywhere: the addresses of ACME servers are not known.
    const challenge = this.#challenge(pathname);
    if (challenge !== undefined) return challenge;
    const { address, https: forwarded, masked } = clientOrigin(
      peer,
      request.headers,
      web.trusted_proxies,
    );
    const https = secure || forwarded;
    if (!this.#site.admission.isAllowed(address)) {
      return bareResponse(403, "This server is not for your network.");
    }
    if (!this.#rate.take(address, request.method, this.#site.steady())) {
      return bareResponse(429, "Too many requests. Please wait.", {
        "retry-after": "2",
      });
    }
    if (!["GET", "HEAD", "POST"].includes(request.method)) {
      return bareResponse(405, "Only GET, HEAD and POST are known here.", {
        allow: "GET, HEAD, POST",
      });
    }
    if (!isPlainHost(request.headers.get("host"))) {
      return bareResponse(400, "This Host header cannot be.");
    }
    const visitor: Visitor = {
      address,
      origin: siteOrigin(peer, request.headers, web.trusted_proxies, https),
      localAddress,
      https,
      httpsOrigin: https ? null : this.#httpsOrigin(request, localAddress),
      mayBeStaff: !masked && matcherOf(web.staff_networks)(address),
    };
    if (visitor.httpsOrigin !== null && needsHttps(pathname)) {
      // A password that arrived by http is not forwarded.
      return redirect(
        visitor.httpsOrigin + pathname + search,
        request.method === "POST" ? 303 : 307,
      );
    }
    if (this.#sockets?.has(pathname)) {
      return this.#sockets.answer(request, visitor);
    }
    try {
      return await this.#pages.answer(request, visitor);
    } catch (error) {
      return this.failed(error);
    }
  }

  #challenge(path: string): Response | undefined {
    const prefix = "/.well-known/acme-challenge/";
    if (!path.startsWith(prefix)) return undefined;
    const answer = this.#https?.challenge(path.slice(prefix.length));
    return answer === undefined
      ? bareResponse(404, "There is no such challenge.")
      : new Response(answer, {
        headers: { "content-type": "application/octet-stream" },
      });
  }

  /** Returns null without HTTPS. */
  #httpsOrigin({ headers }: Request, localAddress: string): string | null {
    if (this.#https === undefined) return null;
    return httpsOrigin({
      web: this.#site.config().web,
      names: this.#https.names(),
      port: this.httpsPort,
      host: headers.get("host") ?? "",
      localAddress,
    });
  }

  failed(error: unknown): Response {
    this.#site.log.error("request failed", { error: String(error) });
    return bareResponse(500, "Something went wrong here.");
  }
}

/**
 * Returns whether the Host header is plain; any other could contain a path.
 * HTTP/1.0 has none.
 */
function isPlainHost(host: string | null): boolean {
  return host === null || /^[\w.-]{0,253}(:\d{0,5})?$/.test(host) ||
    /^\[[\da-f:.]{2,45}\](:\d{0,5})?$/i.test(host);
}

function redirect(location: string, status: 303 | 307): Response {
  return bareResponse(status, "This page is served by https.", { location });
}

/**
 * The pages at a gateway: it answers location2.txt itself, with its own chat
 * port, and forwards every other request, including WebSockets, to the core
 * with the visitor's address in X-Forwarded-For. HTTPS ends here, with a
 * certificate of the gateway's own.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import { locationLine } from "../domain/client_files.ts";
import { type Acceptable, Acceptor } from "../net/acceptor.ts";
import type { Admission } from "../net/admission.ts";
import { matcherOf } from "../net/networks.ts";
import type { Stream } from "../net/tls/secure_connection.ts";
import { writeAll } from "../net/write_all.ts";
import { listenTcp } from "../ops/listening.ts";
import { logger } from "../ops/log.ts";
import {
  isLegacyPath,
  LEGACY_PATHS,
  LOCATION_PATHS,
} from "../web/legacy/paths.ts";
import { httpsOrigin, needsHttps } from "../web/https_origin.ts";
import {
  connectionLimits,
  type HttpsOptions,
  isChallenge,
  isUncounted,
} from "../web/listeners.ts";
import { type Forwarded, forwarded } from "./forwarded_head.ts";

const HEAD_BYTES = 16_384;
const CHUNK = 16_384;
const HEAD_MS = 10_000;
const CONNECT_MS = 3000;

export interface WebProxyOptions {
  readonly bind: string;
  readonly port: number;
  /** Port for the old client's own browser; 0 for none. */
  readonly legacyPort: number;
  readonly https: HttpsOptions | undefined;
  readonly config: () => Config;
  readonly admission: Admission;
  /** Returns "host:port" of the core's pages; null for none. */
  readonly core: () => string | null;
  /** Returns the chat address for this visitor's client. */
  readonly location: (
    visitor: { readonly address: string; readonly localAddress: string },
    host: string,
  ) => { readonly host: string; readonly port: number };
}

export class WebProxy implements AsyncDisposable {
  readonly address: Deno.NetAddr;
  /** Null without HTTPS. */
  readonly tlsAddress: Deno.NetAddr | null = null;
  readonly #options: WebProxyOptions;
  readonly #acceptors: Acceptor<Visit>[] = [];
  readonly #visits = new Set<Visit>();
  readonly #running: Promise<void>[] = [];

  /** Binds all ports, or none of them. Throws CannotListen. */
  constructor(options: WebProxyOptions) {
    this.#options = options;
    const { bind, port, legacyPort, https } = options;
    const main = listenTcp("web.port", bind, port);
    this.address = main.addr as Deno.NetAddr;
    this.#serve(main, "pages");
    try {
      if (https !== undefined) {
        const secure = listenTcp("web.tls_port", bind, https.port);
        this.tlsAddress = secure.addr as Deno.NetAddr;
        this.#serve(secure, "secure");
      }
      if (legacyPort !== 0 && legacyPort !== this.address.port) {
        this.#serve(listenTcp("web.legacy_port", bind, legacyPort), "legacy");
      }
    } catch (error) {
      for (const acceptor of this.#acceptors) acceptor.close();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const acceptor of this.#acceptors) acceptor.close();
    for (const visit of [...this.#visits]) visit.close();
    await Promise.all(this.#running);
  }

  #serve(listener: Deno.TcpListener, entrance: Entrance): void {
    const { config, admission, https } = this.#options;
    const acceptor: Acceptor<Visit> = new Acceptor<Visit>({
      listener,
      log: logger("web"),
      name: "web connection",
      limits: () => connectionLimits(config().limits),
      // Challenges of an ACME server come from anywhere.
      ...(https === undefined && {
        refuse: (address) => admission.refusal(address),
      }),
      isUncounted: (address) => isUncounted(config(), address),
      open: (conn, address) => {
        const stream = entrance === "secure"
          ? https!.terminator.wrap(conn)
          : conn;
        const visit = new Visit(stream, address, this, entrance, () => {
          this.#visits.delete(visit);
          acceptor.released(visit);
        });
        this.#visits.add(visit);
        void visit.run().then((isSettled) => {
          if (isSettled) acceptor.settled(visit);
        });
        return visit;
      },
    });
    this.#acceptors.push(acceptor);
    this.#running.push(acceptor.run());
  }

  get options(): WebProxyOptions {
    return this.#options;
  }

  /** Returns where this page is served by HTTPS; undefined to serve it here. */
  redirection(head: Forwarded, localAddress: string): string | undefined {
    const { https, config } = this.#options;
    if (https === undefined || this.tlsAddress === null) return undefined;
    if (head.isSecure || !needsHttps(head.path)) return undefined;
    const origin = httpsOrigin({
      web: config().web,
      names: https.names(),
      port: this.tlsAddress.port,
      host: head.host,
      localAddress,
    });
    return origin + head.path + head.query;
  }
}

/** "legacy": only what the old client's own browser asks for. */
type Entrance = "pages" | "secure" | "legacy";

/** One connection with one request or WebSocket. */
class Visit implements Acceptable {
  readonly address: string;
  mayYield = true;
  readonly #conn: Stream;
  readonly #proxy: WebProxy;
  readonly #entrance: Entrance;
  readonly #ended: () => void;
  #core: Deno.TcpConn | undefined;
  #hasEnded = false;

  constructor(
    conn: Stream,
    address: string,
    proxy: WebProxy,
    entrance: Entrance,
    ended: () => void,
  ) {
    this.#conn = conn;
    this.address = address;
    this.#proxy = proxy;
    this.#entrance = entrance;
    this.#ended = ended;
  }

  yieldRoom(): void {
    this.close();
  }

  /** Resolves when the request is known. */
  async run(): Promise<boolean> {
    const timer = setTimeout(() => this.close(), HEAD_MS);
    try {
      const head = await this.#readHead();
      clearTimeout(timer);
      if (head === undefined) {
        await this.#answer(400, "This is no request that can be answered.");
        return false;
      }
      await this.#pass(head);
      return true;
    } catch {
      // The visitor has disconnected.
      this.close();
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const conn of [this.#conn, this.#core]) {
      try {
        conn?.close();
      } catch {
        // Already closed.
      }
    }
    this.#ended();
  }

  async #readHead(): Promise<Forwarded | undefined> {
    const bytes = new Uint8Array(HEAD_BYTES);
    let filled = 0;
    while (filled < bytes.length) {
      const count = await this.#conn.read(bytes.subarray(filled));
      if (count === null) return undefined;
      filled += count;
      const { web } = this.#proxy.options.config();
      const head = forwarded(bytes.subarray(0, filled), {
        address: this.address,
        isProxy: matcherOf(web.trusted_proxies)(this.address),
        isSecure: this.#entrance === "secure",
      });
      if (head !== "incomplete") return head;
    }
    return undefined;
  }

  async #pass(head: Forwarded): Promise<void> {
    const { https, admission } = this.#proxy.options;
    if (https !== undefined) {
      if (isChallenge(head.path)) return await this.#challenge(head.path);
      const refusal = admission.refusal(this.address);
      if (refusal !== undefined) return this.close();
    }
    if (LOCATION_PATHS.includes(head.path)) return await this.#location(head);
    const isLegacy = this.#entrance === "legacy";
    if (isLegacy && head.path === "/") {
      return await this.#answer(302, "", "text/plain", LEGACY_PATHS.front);
    }
    if (isLegacy && !isLegacyPath(head.path)) {
      return await this.#answer(404, "There is nothing here.");
    }
    const elsewhere = this.#proxy.redirection(head, this.#localAddress);
    if (elsewhere !== undefined) {
      // A password that arrived by http is not forwarded.
      const status = head.method === "POST" ? 303 : 307;
      return await this.#answer(
        status,
        "This page is served by https.",
        "text/plain",
        elsewhere,
      );
    }
    const core = await this.#connect();
    if (core === undefined) {
      return await this.#answer(
        502,
        "The pages cannot be reached at the moment. Please try again.",
      );
    }
    this.mayYield = false;
    this.#core = core;
    await writeAll(core, head.bytes);
    void Promise.allSettled([
      copy(this.#conn, core),
      copy(core, this.#conn),
    ]).then(() => this.close());
  }

  #challenge(path: string): Promise<void> {
    const token = path.slice(path.lastIndexOf("/") + 1);
    const answer = this.#proxy.options.https?.challenge(token);
    return answer === undefined
      ? this.#answer(404, "There is no such challenge.")
      : this.#answer(200, answer, "application/octet-stream");
  }

  async #connect(): Promise<Deno.TcpConn | undefined> {
    const at = this.#proxy.options.core();
    if (at === null) return undefined;
    const colon = at.lastIndexOf(":");
    try {
      return await Deno.connect({
        hostname: at.slice(0, colon).replace(/^\[|\]$/g, ""),
        port: Number(at.slice(colon + 1)),
        signal: AbortSignal.timeout(CONNECT_MS),
      });
    } catch {
      return undefined;
    }
  }

  get #localAddress(): string {
    return (this.#conn.localAddr as Deno.NetAddr).hostname;
  }

  #location({ host: asked }: Forwarded): Promise<void> {
    const { address } = this;
    const { host, port } = this.#proxy.options.location(
      { address, localAddress: this.#localAddress },
      asked,
    );
    // The client uses everything after the head, so the body is exactly this
    // line.
    return this.#answer(200, locationLine(host, port), "text/plain");
  }

  async #answer(
    status: number,
    text: string,
    type = "text/plain; charset=utf-8",
    location?: string,
  ): Promise<void> {
    const body = new TextEncoder().encode(text);
    const head = `HTTP/1.1 ${status} ${PHRASES[status] ?? "OK"}\r\n` +
      `content-type: ${type}\r\ncontent-length: ${body.length}\r\n` +
      (location === undefined ? "" : `location: ${location}\r\n`) +
      "connection: close\r\n\r\n";
    await writeAll(this.#conn, new TextEncoder().encode(head));
    await writeAll(this.#conn, body);
    await this.#conn.closeWrite();
    this.close();
  }
}

/** Copies until the source ends, and ends the target as well. */
async function copy(from: Stream, to: Stream): Promise<void> {
  const bytes = new Uint8Array(CHUNK);
  for (;;) {
    const count = await from.read(bytes);
    if (count === null) return await to.closeWrite();
    await writeAll(to, bytes.subarray(0, count));
  }
}

const PHRASES: Readonly<Record<number, string>> = {
  302: "Found",
  303: "See Other",
  307: "Temporary Redirect",
  400: "Bad Request",
  404: "Not Found",
  502: "Bad Gateway",
};

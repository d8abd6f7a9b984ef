/**
 * The pages at a gateway: it answers location2.txt itself, with its own chat
 * port, and forwards every other request, including WebSockets, to the core
 * with the visitor's address in X-Forwarded-For.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import { locationLine } from "../domain/client_files.ts";
import { type Acceptable, Acceptor } from "../net/acceptor.ts";
import type { Admission } from "../net/admission.ts";
import { matcherOf } from "../net/networks.ts";
import { listenTcp } from "../ops/listening.ts";
import { logger } from "../ops/log.ts";
import {
  isLegacyPath,
  LEGACY_PATHS,
  LOCATION_PATHS,
} from "../web/legacy/paths.ts";
import { connectionLimits, isUncounted } from "../web/listeners.ts";
import { type Forwarded, forwarded } from "./forwarded_head.ts";

const HEAD_BYTES = 16_384;
const HEAD_MS = 10_000;
const CONNECT_MS = 3000;

export interface WebProxyOptions {
  readonly bind: string;
  readonly port: number;
  /** Port for the old client's own browser; 0 for none. */
  readonly legacyPort: number;
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
  readonly #options: WebProxyOptions;
  readonly #acceptors: Acceptor<Visit>[] = [];
  readonly #visits = new Set<Visit>();
  readonly #running: Promise<void>[] = [];

  /** Binds the port. Throws CannotListen. */
  constructor(options: WebProxyOptions) {
    this.#options = options;
    const { bind, port, legacyPort } = options;
    const main = listenTcp("web.port", bind, port);
    this.address = main.addr as Deno.NetAddr;
    this.#serve(main, false);
    if (legacyPort === 0 || legacyPort === this.address.port) return;
    try {
      this.#serve(listenTcp("web.legacy_port", bind, legacyPort), true);
    } catch (error) {
      this.#acceptors[0]!.close();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const acceptor of this.#acceptors) acceptor.close();
    for (const visit of [...this.#visits]) visit.close();
    await Promise.all(this.#running);
  }

  #serve(listener: Deno.TcpListener, isLegacy: boolean): void {
    const { config, admission } = this.#options;
    const acceptor: Acceptor<Visit> = new Acceptor<Visit>({
      listener,
      log: logger("web"),
      name: "web connection",
      limits: () => connectionLimits(config().limits),
      refuse: (address) => admission.refusal(address),
      isUncounted: (address) => isUncounted(config(), address),
      open: (conn, address) => {
        const visit = new Visit(conn, address, this.#options, isLegacy, () => {
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
}

/** One connection with one request or WebSocket. */
class Visit implements Acceptable {
  readonly address: string;
  mayYield = true;
  readonly #conn: Deno.TcpConn;
  readonly #options: WebProxyOptions;
  readonly #isLegacy: boolean;
  readonly #ended: () => void;
  #core: Deno.TcpConn | undefined;
  #hasEnded = false;

  constructor(
    conn: Deno.TcpConn,
    address: string,
    options: WebProxyOptions,
    isLegacy: boolean,
    ended: () => void,
  ) {
    this.#conn = conn;
    this.address = address;
    this.#options = options;
    this.#isLegacy = isLegacy;
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
      const { web } = this.#options.config();
      const head = forwarded(
        bytes.subarray(0, filled),
        this.address,
        matcherOf(web.trusted_proxies)(this.address),
      );
      if (head !== "incomplete") return head;
    }
    return undefined;
  }

  async #pass(head: Forwarded): Promise<void> {
    if (LOCATION_PATHS.includes(head.path)) return await this.#location(head);
    if (this.#isLegacy && head.path === "/") {
      return await this.#answer(302, "", "text/plain", LEGACY_PATHS.front);
    }
    if (this.#isLegacy && !isLegacyPath(head.path)) {
      return await this.#answer(404, "There is nothing here.");
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
    const writer = core.writable.getWriter();
    await writer.write(head.bytes);
    writer.releaseLock();
    void Promise.allSettled([
      this.#conn.readable.pipeTo(core.writable),
      core.readable.pipeTo(this.#conn.writable),
    ]).then(() => this.close());
  }

  async #connect(): Promise<Deno.TcpConn | undefined> {
    const at = this.#options.core();
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

  #location({ host: asked }: Forwarded): Promise<void> {
    const { address } = this;
    const localAddress = (this.#conn.localAddr as Deno.NetAddr).hostname;
    const { host, port } = this.#options.location(
      { address, localAddress },
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
    const writer = this.#conn.writable.getWriter();
    await writer.write(new TextEncoder().encode(head));
    await writer.write(body);
    await writer.close().catch(() => {});
    this.close();
  }
}

const PHRASES: Readonly<Record<number, string>> = {
  302: "Found",
  400: "Bad Request",
  404: "Not Found",
  502: "Bad Gateway",
};

/**
 * A small HTTP/1.1 server, needed because the runtime's own has no deadlines:
 * clients that connect and send nothing would hold their connections until the
 * chat port has no file descriptors left. The runtime's server also rejects
 * requests that the old client and its browser send
 * (docs/adr/0013-the-pages-own-http-server.md).
 *
 * It supports GET, HEAD and POST with Content-Length. Connections stay open
 * between requests. It does not compress: a proxy in front can.
 *
 * @module
 */
import { Acceptor, type AcceptorLimits } from "../acceptor.ts";
import type { NetLog } from "../refusals.ts";
import type { TlsTerminator } from "../tls/terminator.ts";
import {
  type Answer,
  DEADLINES,
  type Deadlines,
  HttpConnection,
} from "./connection.ts";

const SWEEP_MS = 1000;
/** Time for closed connections to notice that, in milliseconds. */
const CLOSE_MS = 500;

export interface HttpOptions {
  readonly hostname: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly answer: Answer;
  readonly log: NetLog;
  /** Read again for each connection. */
  readonly limits: () => AcceptorLimits;
  /**
   * Returns whether an address counts only towards the total, such as a
   * proxy's.
   */
  readonly isUncounted?: (address: string) => boolean;
  readonly deadlines?: Deadlines;
  /** Makes this an HTTPS server. Its owner must close it. */
  readonly tls?: TlsTerminator;
}

export class HttpServer {
  readonly addr: Deno.NetAddr;
  readonly #options: HttpOptions;
  /** The connections that serve pages. */
  readonly #connections = new Set<HttpConnection>();
  readonly #webSockets = new Set<HttpConnection>();
  readonly #acceptor: Acceptor<HttpConnection>;
  readonly #accepting: Promise<void>;
  readonly #sweeper: ReturnType<typeof setInterval>;
  #stopping = false;
  #rested: (() => void) | null = null;

  /** Throws what Deno.listen throws. */
  constructor(options: HttpOptions) {
    const { hostname, port } = options;
    this.#options = options;
    const listener = Deno.listen({ hostname, port, transport: "tcp" });
    this.addr = listener.addr;
    this.#acceptor = new Acceptor<HttpConnection>({
      ...options,
      listener,
      name: "page connection",
      open: (conn) => this.#open(conn),
    });
    this.#accepting = this.#acceptor.run();
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS);
  }

  get connections(): number {
    return this.#connections.size;
  }

  /**
   * Lets answers in progress finish within `graceMs`, then closes. Does not
   * wait for a write that the client never reads: before Deno 2.9 nothing ends
   * it.
   */
  async shutdown(graceMs: number): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#acceptor.close();
    for (const one of this.#connections) one.endSoon();
    await this.#accepting;
    if (!await this.#allRest(graceMs)) {
      for (const one of this.#connections) one.close();
      await this.#allRest(CLOSE_MS);
    }
    clearInterval(this.#sweeper);
  }

  /** Returns whether all connections became idle within this time. */
  async #allRest(ms: number): Promise<boolean> {
    if (this.#connections.size === 0) return true;
    const rested = Promise.withResolvers<boolean>();
    this.#rested = () => rested.resolve(true);
    const timer = setTimeout(() => rested.resolve(false), ms);
    const whole = await rested.promise;
    clearTimeout(timer);
    return whole;
  }

  #open(conn: Deno.TcpConn): HttpConnection {
    const { answer, deadlines = DEADLINES, tls } = this.#options;
    const one: HttpConnection = new HttpConnection(
      tls?.wrap(conn) ?? conn,
      answer,
      deadlines,
      () => this.#upgraded(one),
      () => this.#acceptor.unsettled(one),
    );
    this.#connections.add(one);
    void this.#serve(one);
    return one;
  }

  async #serve(one: HttpConnection): Promise<void> {
    try {
      await one.serve();
      if (!one.isUpgraded) await one.finish();
    } catch (error) {
      // The other end disconnected, or a deadline has closed the connection.
      this.#options.log.debug("connection ended", { error: String(error) });
    } finally {
      one.close();
      this.#leftPages(one);
      this.#webSockets.delete(one);
      this.#acceptor.released(one);
    }
  }

  /**
   * Removes a WebSocket from the page connections: chat, voice and video close
   * theirs.
   */
  #upgraded(one: HttpConnection): void {
    this.#webSockets.add(one);
    this.#acceptor.settled(one);
    this.#leftPages(one);
  }

  #leftPages(one: HttpConnection): void {
    this.#connections.delete(one);
    if (this.#connections.size === 0) this.#rested?.();
  }

  #sweep(): void {
    const now = performance.now();
    for (const one of this.#connections) one.tick(now);
    for (const one of this.#webSockets) one.tick(now);
  }
}

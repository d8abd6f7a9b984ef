/**
 * A small HTTP/1.1 server, because the runtime's own has no deadlines: whoever
 * opens connections to it and says nothing holds them for ever, until the chat
 * side has no file descriptors left. It also refuses what the old client and
 * its browser send (docs/adr/0013-the-pages-own-http-server.md).
 *
 * GET, HEAD and POST with Content-Length; connections stay open between
 * requests; no TLS, no compression: a proxy in front can add them.
 *
 * @module
 */
import { isOutOfResources } from "../../net/accept_error.ts";
import type { Logger } from "../../ops/log.ts";
import { nextTurn, pause } from "../../ops/turn.ts";
import { Refusals } from "../../net/refusals.ts";
import { hostKey } from "../../net/addresses.ts";
import {
  type Answer,
  DEADLINES,
  type Deadlines,
  HttpConnection,
} from "./connection.ts";

const MOST_CONNECTIONS = 4500;
const MOST_PER_ADDRESS = 1200;
const SWEEP_MS = 1000;
const RETRY_MS = 100;
/** For the ends of connections that were closed to be noticed. */
const CLOSE_MS = 500;

export interface HttpOptions {
  readonly hostname: string;
  /** 0: any free one. */
  readonly port: number;
  readonly answer: Answer;
  readonly log: Logger;
  readonly deadlines?: Deadlines;
}

export class HttpServer {
  readonly addr: Deno.NetAddr;
  readonly #listener: Deno.TcpListener;
  readonly #options: HttpOptions;
  /** Those that serve pages. */
  readonly #connections = new Set<HttpConnection>();
  readonly #webSockets = new Set<HttpConnection>();
  readonly #refusals: Refusals;
  readonly #perAddress = new Map<string, number>();
  readonly #accepting: Promise<void>;
  readonly #sweeper: ReturnType<typeof setInterval>;
  #stopping = false;
  #rested: (() => void) | null = null;

  /** Throws what Deno.listen throws. */
  constructor(options: HttpOptions) {
    const { hostname, port } = options;
    this.#options = options;
    this.#refusals = new Refusals(
      options.log,
      () => performance.now(),
      "page connection refused",
    );
    this.#listener = Deno.listen({ hostname, port, transport: "tcp" });
    this.addr = this.#listener.addr;
    this.#accepting = this.#accept();
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS);
  }

  get connections(): number {
    return this.#connections.size;
  }

  /**
   * Lets what is being answered end within `graceMs`, then closes. Does not
   * wait for a write that nobody takes: before Deno 2.9 nothing ends that one.
   */
  async shutdown(graceMs: number): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#listener.close();
    for (const one of this.#connections) one.endSoon();
    await this.#accepting;
    if (!await this.#allRest(graceMs)) {
      for (const one of this.#connections) one.close();
      await this.#allRest(CLOSE_MS);
    }
    clearInterval(this.#sweeper);
  }

  /** Whether all have ended before the time is over. */
  async #allRest(ms: number): Promise<boolean> {
    if (this.#connections.size === 0) return true;
    const rested = Promise.withResolvers<boolean>();
    this.#rested = () => rested.resolve(true);
    const timer = setTimeout(() => rested.resolve(false), ms);
    const whole = await rested.promise;
    clearTimeout(timer);
    return whole;
  }

  async #accept(): Promise<void> {
    for (;;) {
      let conn: Deno.TcpConn;
      try {
        conn = await this.#listener.accept();
      } catch (error) {
        if (this.#stopping) return;
        if (!isOutOfResources(error)) {
          // Reset before it was accepted: the next one may be genuine.
          await nextTurn();
          continue;
        }
        this.#refusals.note(`cannot accept: ${error}`, "");
        await pause(RETRY_MS);
        continue;
      }
      this.#take(conn);
    }
  }

  #take(conn: Deno.TcpConn): void {
    const { answer, deadlines = DEADLINES } = this.#options;
    const one = new HttpConnection(
      conn,
      answer,
      deadlines,
      () => this.#upgraded(one),
    );
    const key = hostKey(one.remote);
    const own = this.#perAddress.get(key) ?? 0;
    if (
      this.#connections.size + this.#webSockets.size >= MOST_CONNECTIONS ||
      own >= MOST_PER_ADDRESS
    ) {
      this.#refusals.note("too many connections", key);
      one.close();
      return;
    }
    try {
      conn.setNoDelay(true);
    } catch {
      // Reset already: the first read will tell.
    }
    this.#connections.add(one);
    this.#perAddress.set(key, own + 1);
    void this.#serve(one, key);
  }

  async #serve(one: HttpConnection, key: string): Promise<void> {
    try {
      await one.serve();
      if (!one.isUpgraded) await one.finish();
    } catch (error) {
      // The other end went away, or the sweeper has closed it.
      this.#options.log.debug("connection ended", { error: String(error) });
    } finally {
      one.close();
      this.#leftPages(one);
      this.#webSockets.delete(one);
      const rest = (this.#perAddress.get(key) ?? 1) - 1;
      if (rest > 0) this.#perAddress.set(key, rest);
      else this.#perAddress.delete(key);
    }
  }

  /** WebSockets belong to chat, voice and video, which end them. */
  #upgraded(one: HttpConnection): void {
    this.#webSockets.add(one);
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

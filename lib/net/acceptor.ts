/**
 * Accepts the connections of one TCP port: at a pace that leaves time for the
 * clients already connected, within limits that are charged to the sender, and
 * with room for new clients when the port is full.
 *
 * ```ts ignore
 * const acceptor = new Acceptor<Link>({
 *   listener: listenTcp("server.video_port", bind, port),
 *   log,
 *   name: "video connection",
 *   limits: () => ({ total: 2000 }),
 *   open: (conn, address) => new Link(conn, address),
 * });
 * void acceptor.run();
 * // acceptor.settled(link) when it has authenticated or ended,
 * // acceptor.released(link) when its socket is closed.
 * acceptor.close();
 * ```
 *
 * @module
 */
import { nextTurn, pause } from "./turn.ts";
import { isOutOfResources } from "./accept_error.ts";
import { plainAddress } from "./addresses.ts";
import { ConnectionCounts, type Crowded } from "./connection_counts.ts";
import { descriptors } from "./descriptors.ts";
import { HostRates } from "./rates.ts";
import { type NetLog, Refusals } from "./refusals.ts";
import { YieldingConnections } from "./yielding_connections.ts";

/** Connections accepted before other ready work gets its turn. */
const BATCH = 4;
/** Pause in milliseconds when the machine has no descriptor or memory left. */
const OUT_OF_RESOURCES_MS = 50;
/**
 * Milliseconds by which accepting may fall behind its rate and still catch up.
 */
const CATCH_UP_MS = 50;
/**
 * Milliseconds during which a new connection is not yet closed to make room.
 */
const GRACE_MS = 2000;

/**
 * Maximum connections that were closed to make room but whose socket is still
 * open.
 */
const MOST_LEAVING = 256;
/** Connections examined to find one that may be closed. */
const MOST_LOOKED = 64;

/** Read again for each connection, so a changed setting applies immediately. */
export interface AcceptorLimits {
  /** Maximum simultaneous connections: in total, per host, per network. */
  readonly total: number;
  readonly perHost?: number;
  readonly perNetwork?: number;
  /**
   * Maximum unsettled connections; above this the oldest is closed immediately.
   */
  readonly yielding?: number;
  readonly yieldingPerHost?: number;
  /** New connections of one host per second, and the size of a burst. */
  readonly newPerSecond?: number;
  readonly newBurst?: number;
}

/** A connection as the acceptor sees it. */
export interface Acceptable {
  /** Remote address in the form of {@linkcode plainAddress}. */
  readonly address: string;
  /** False while it does something that must not be interrupted. */
  readonly mayYield: boolean;
  /** Closes the connection to make room. */
  yieldRoom(reason: string): void;
}

export interface AcceptorOptions<T extends Acceptable> {
  readonly listener: Deno.TcpListener;
  readonly log: NetLog;
  /** The name in the log line "<name> refused". */
  readonly name: string;
  readonly limits: () => AcceptorLimits;
  /** Creates the connection and starts it. */
  readonly open: (conn: Deno.TcpConn, address: string) => T;
  /** Returns why an address may not connect at all, for example a ban. */
  readonly refuse?: (address: string) => string | undefined;
  /**
   * Returns whether an address counts only towards the total, such as a
   * proxy's.
   */
  readonly isUncounted?: (address: string) => boolean;
  /** Created by the acceptor when not given. */
  readonly refusals?: Refusals;
  readonly onRefused?: (reason: string, address: string) => void;
  /** Called when a connection was closed to make room. */
  readonly onYielded?: () => void;
  /** False leaves sockets without no-delay and keep-alive. */
  readonly tunes?: boolean;
  /**
   * Connections accepted before other ready work gets its turn; 4 when not
   * given.
   */
  readonly batch?: () => number;
  /**
   * Maximum connections accepted per second; the others stay in the backlog.
   * For a port with many short connections, which must leave time for other
   * ports.
   */
  readonly perSecond?: () => number;
  /** Milliseconds of a steady clock. */
  readonly clock?: () => number;
}

const REASONS: Readonly<Record<Crowded, string>> = {
  host: "too many connections from this address",
  network: "too many connections from this network",
  total: "too many connections in all",
};

export class Acceptor<T extends Acceptable> {
  readonly refusals: Refusals;
  readonly #options: AcceptorOptions<T>;
  readonly #clock: () => number;
  readonly #counts = new ConnectionCounts();
  readonly #openedAt = new Map<T, number>();
  readonly #yielding = new YieldingConnections<T>();
  /**
   * Connections closed to make room, no longer counted, whose sockets are still
   * open.
   */
  readonly #leaving = new Set<T>();
  readonly #rates = new HostRates();
  #closed = false;
  /** Time at which the next batch is due, where there is a rate. */
  #due = -Infinity;

  constructor(options: AcceptorOptions<T>) {
    this.#options = options;
    this.#clock = options.clock ?? (() => performance.now());
    const { log, name, refusals } = options;
    this.refusals = refusals ??
      new Refusals(log, this.#clock, `${name} refused`);
  }

  /** Number of connections whose socket is open. */
  get connections(): number {
    return this.#counts.total;
  }

  /**
   * Number of connections that may be closed to make room: those not settled
   * yet.
   */
  get yielding(): number {
    return this.#yielding.size;
  }

  /** Yields the connections that are older than `ms` and not settled. */
  *unsettledFor(ms: number): Iterable<T> {
    const now = this.#clock();
    for (const one of [...this.#yielding.all()]) {
      if (now - (this.#openedAt.get(one) ?? now) < ms) break;
      yield one;
    }
  }

  /**
   * Marks a connection as authenticated or ending: it is no longer closed to
   * make room.
   */
  settled(one: T): void {
    this.#yielding.delete(one);
  }

  /**
   * Marks a connection as one that may be closed to make room, as the newest of
   * those.
   */
  unsettled(one: T): void {
    if (this.#openedAt.has(one)) this.#yielding.add(one);
  }

  /** Stops counting a connection, because its socket is closed. */
  released(one: T): void {
    this.#forget(one);
    this.#leaving.delete(one);
  }

  #forget(one: T): void {
    this.#yielding.delete(one);
    if (this.#openedAt.delete(one)) this.#counts.remove(one.address);
  }

  /** Stops accepting; {@linkcode Acceptor.run} then returns. */
  close(): void {
    this.#closed = true;
    this.#options.listener.close();
  }

  /** Accepts connections until {@linkcode Acceptor.close}. Never rejects. */
  async run(): Promise<void> {
    const { listener, batch = () => BATCH } = this.#options;
    for (let n = 1; !this.#closed; n++) {
      if (n >= batch()) {
        await this.#giveWay(n);
        n = 0;
      }
      let conn: Deno.TcpConn;
      try {
        conn = await listener.accept();
      } catch (error) {
        if (this.#closed) return;
        // Any other error, such as a reset, ended only that connection.
        if (isOutOfResources(error)) await this.#outOfResources(error);
        else await nextTurn();
        continue;
      }
      this.#take(conn);
    }
  }

  /** Runs after each batch: lets other work run, and keeps to the rate. */
  async #giveWay(batch: number): Promise<void> {
    const perSecond = this.#options.perSecond?.();
    if (perSecond === undefined) return await nextTurn();
    const now = this.#clock();
    this.#due = Math.max(this.#due, now - CATCH_UP_MS) +
      1000 * batch / perSecond;
    const early = this.#due - now;
    await (early >= 1 ? pause(early) : nextTurn());
  }

  async #outOfResources(error: unknown): Promise<void> {
    descriptors.ranOut();
    this.refusals.note(`cannot accept: ${error}`, "");
    this.#makeRoom(this.#yielding.ofLargestHolder());
    await pause(OUT_OF_RESOURCES_MS);
  }

  /**
   * Counts and creates a connection that another listener has accepted. Returns
   * undefined when it is refused; the caller must then close it.
   */
  adopt(address: string, open: () => T): T | undefined {
    const reason = this.#reasonToRefuse(address);
    if (reason !== undefined) {
      this.refusals.note(reason, address);
      this.#options.onRefused?.(reason, address);
      return undefined;
    }
    this.#counts.add(address);
    const one = open();
    this.#openedAt.set(one, this.#clock());
    this.#yielding.add(one);
    this.#limitYielding(address);
    return one;
  }

  #take(conn: Deno.TcpConn): void {
    const address = plainAddress(conn.remoteAddr.hostname);
    const one = this.adopt(address, () => {
      if (this.#options.tunes ?? true) tune(conn);
      return this.#options.open(conn, address);
    });
    if (one === undefined) conn.close();
  }

  #reasonToRefuse(address: string): string | undefined {
    const { refuse, isUncounted, limits } = this.#options;
    if (descriptors.areLent) return "file descriptors kept for the host";
    const refused = refuse?.(address);
    if (refused !== undefined) return refused;
    const bounds = limits();
    const uncounted = isUncounted?.(address) ?? false;
    if (!uncounted && !this.#withinRate(address, bounds)) {
      return "too many new connections from this address";
    }
    const crowded = this.#counts.crowded(address, bounds, uncounted);
    if (crowded === undefined) return undefined;
    return this.#makeRoom(this.#candidates(crowded, address))
      ? undefined
      : REASONS[crowded];
  }

  #withinRate(
    address: string,
    { newPerSecond, newBurst = 1 }: AcceptorLimits,
  ): boolean {
    if (newPerSecond === undefined) return true;
    const rate = { perSecond: newPerSecond, burst: newBurst };
    return this.#rates.take(address, rate, this.#clock());
  }

  #candidates(crowded: Crowded, address: string): Iterable<T> {
    if (crowded === "host") return this.#yielding.ofHost(address);
    if (crowded === "network") return this.#yielding.ofNetwork(address);
    return this.#yielding.ofLargestHolder();
  }

  /**
   * Closes the oldest connection that may be closed. Legitimate clients settle
   * immediately, so holding connections open cannot keep them out.
   */
  #makeRoom(candidates: Iterable<T>, graceMs = GRACE_MS): boolean {
    const now = this.#clock();
    if (this.#leaving.size >= MOST_LEAVING) return false;
    let looked = 0;
    for (const one of candidates) {
      if (++looked > MOST_LOOKED) return false;
      if (now - (this.#openedAt.get(one) ?? now) < graceMs) return false;
      if (!one.mayYield) continue;
      this.#forget(one);
      this.#leaving.add(one);
      one.yieldRoom("made room for another connection");
      this.#options.onYielded?.();
      return true;
    }
    return false;
  }

  /**
   * Closes the oldest unsettled connection above the limit, preferably one of
   * the same host.
   */
  #limitYielding(address: string): void {
    const { yielding = Infinity, yieldingPerHost = Infinity } = this.#options
      .limits();
    const uncounted = this.#options.isUncounted?.(address) ?? false;
    if (!uncounted && this.#yielding.sizeOfHost(address) > yieldingPerHost) {
      this.refusals.note("too many unauthenticated connections", address);
      this.#makeRoom(this.#yielding.ofHost(address), 0);
    } else if (this.#yielding.size > yielding) {
      this.refusals.note("too many unauthenticated connections", "");
      this.#makeRoom(this.#yielding.ofLargestHolder(), 0);
    }
  }
}

function tune(conn: Deno.TcpConn): void {
  try {
    conn.setNoDelay(true);
    conn.setKeepAlive(true);
  } catch {
    // Reset already: the first read reports it.
  }
}

/**
 * The TCP side of the video port: which connections are taken, how many of one
 * host, and the end of those that are late.
 *
 * A host counts for as much as its users publish and watch. Forty-five
 * connections a second from one client are normal, so the limits of the other
 * ports do not fit; and a host without any such user has no business here.
 *
 * @module
 */
import type { Cameras, HostLoad } from "../domain/cameras.ts";
import { Acceptor } from "../net/acceptor.ts";
import { sameHostKey } from "../net/addresses.ts";
import { HostRates } from "../net/host_rates.ts";
import { type NetLog, Refusals } from "../net/refusals.ts";
import { TokenBucket } from "../domain/limits.ts";
import type { VideoLimits } from "./limits.ts";
import { VideoLink } from "./link.ts";
import type { VideoRelay } from "./relay.ts";

/**
 * Connections per second and at a time: a client makes 7 for each view and 6
 * for its own pictures, a hello each, and holds one GET for each view.
 */
const PER_SECOND = { host: 10, camera: 20, view: 20 } as const;
const AT_A_TIME = { host: 16, camera: 8, view: 4 } as const;
const BURST_SECONDS = 3;
/** Connections that have not proved who they are, of all hosts. */
const MOST_UNSETTLED = 512;

function allowance(
  { host, camera, view }: typeof PER_SECOND | typeof AT_A_TIME,
  { cameras, views }: HostLoad,
): number {
  return host + camera * cameras + view * views;
}

export interface TcpEdgeOptions {
  readonly listener: Deno.TcpListener;
  readonly cameras: Cameras;
  readonly relay: VideoRelay;
  readonly limits: VideoLimits;
  readonly log: NetLog;
  /** Milliseconds of a steady clock. */
  readonly clock: () => number;
  /** Why an address may not connect at all, such as a ban. */
  readonly refuse?: (address: string) => string | undefined;
  /** Addresses of many people, such as a proxy's: only the totals count. */
  readonly isUncounted?: (address: string) => boolean;
}

export class VideoTcpEdge {
  readonly #options: TcpEdgeOptions;
  readonly #acceptor: Acceptor<VideoLink>;
  readonly #refusals: Refusals;
  readonly #rates = new HostRates();
  readonly #all: TokenBucket;
  /** The connections of each host, oldest first. */
  readonly #hosts = new Map<string, Set<VideoLink>>();
  readonly #links = new Set<VideoLink>();

  constructor(options: TcpEdgeOptions) {
    const { listener, limits, log, clock } = options;
    this.#options = options;
    this.#refusals = new Refusals(log, clock, "video refused");
    const perSecond = limits.connectionsPerSecond;
    this.#all = new TokenBucket(perSecond, perSecond, clock());
    this.#acceptor = new Acceptor<VideoLink>({
      listener,
      log,
      name: "video",
      refusals: this.#refusals,
      clock,
      limits: () => ({
        total: limits.connections,
        yielding: MOST_UNSETTLED,
      }),
      refuse: (address) => this.#reasonToRefuse(address),
      onRefused: () => options.relay.counters.refuse("too many connections"),
      open: (conn, address) => this.#serve(conn, address),
    });
  }

  get connections(): number {
    return this.#links.size;
  }

  /** Accepts until {@linkcode VideoTcpEdge.shutdown}. */
  run(): Promise<void> {
    return this.#acceptor.run();
  }

  /** Closes what is late; to be called often. */
  tick(): void {
    const now = this.#options.clock();
    for (const link of this.#links) if (now > link.deadline) link.giveUp();
  }

  /** Ends the GETs that wait with a picture, and closes everything. */
  async shutdown(): Promise<void> {
    this.#acceptor.close();
    this.#options.relay.end();
    // Their answers are written in this turn of the event loop or the next.
    await new Promise((resolve) => setTimeout(resolve, 0));
    for (const link of this.#links) link.close();
  }

  #reasonToRefuse(address: string): string | undefined {
    const { cameras, limits, clock, refuse, isUncounted } = this.#options;
    const refused = refuse?.(address);
    if (refused !== undefined) return refused;
    const key = sameHostKey(address);
    const load = cameras.atHost(key);
    if (load === undefined) return "nobody at this address has video";
    const now = clock();
    if (!isUncounted?.(address)) {
      const perSecond = allowance(PER_SECOND, load);
      if (!this.#rates.take(key, perSecond, BURST_SECONDS * perSecond, now)) {
        return "too many new connections from this address";
      }
      const links = this.#hosts.get(key);
      if (
        links !== undefined && links.size >= allowance(AT_A_TIME, load) &&
        !makeRoom(links)
      ) return "too many connections from this address";
    }
    this.#all.perSecond = this.#all.burst = limits.connectionsPerSecond;
    return this.#all.take(now) ? undefined : "too many new connections in all";
  }

  #serve(conn: Deno.TcpConn, address: string): VideoLink {
    const { relay, clock, limits } = this.#options;
    const link = new VideoLink({
      conn,
      address,
      relay,
      clock,
      now: clock(),
      transferMs: limits.transferMs,
      onSettled: (link) => this.#acceptor.settled(link),
      onRefused: (reason, address) => {
        relay.counters.refuse(reason);
        this.#refusals.note(reason, address);
      },
    });
    const key = sameHostKey(address);
    const links = this.#hosts.get(key) ?? new Set();
    this.#hosts.set(key, links);
    this.#links.add(link);
    links.add(link);
    link.run().catch((error) => {
      this.#refusals.note("internal error", address, { error });
    }).finally(() => {
      this.#links.delete(link);
      this.#acceptor.released(link);
      links.delete(link);
      if (links.size === 0) this.#hosts.delete(key);
    });
    return link;
  }
}

/**
 * Closes the oldest that has not proved who it is. A client does that at once,
 * so idle connections keep nobody of the same address out.
 */
function makeRoom(links: ReadonlySet<VideoLink>): boolean {
  for (const link of links) {
    if (link.isSettled) continue;
    link.yieldRoom("");
    return true;
  }
  return false;
}

/**
 * The TCP side of the video port: accepts connections, limits them per host,
 * and closes late ones.
 *
 * A host's limit depends on what its users publish and watch. One client makes
 * forty-five connections a second, so the limits of the other ports do not fit;
 * a host without any such user is refused.
 *
 * @module
 */
import type { Cameras, HostLoad } from "../domain/cameras.ts";
import { Acceptor } from "../net/acceptor.ts";
import { sameHostKey } from "../net/addresses.ts";
import { HostRates } from "../net/rates.ts";
import { type NetLog, Refusals } from "../net/refusals.ts";
import type { VideoLimits } from "./limits.ts";
import { type LinkPorts, VideoLink } from "./link.ts";
import type { VideoRelay } from "./relay.ts";

/**
 * Connections per second and at a time: a client makes 7 for each view and 6
 * for its own pictures, a hello each, and holds one GET for each view.
 */
const PER_SECOND = { host: 10, camera: 20, view: 20 } as const;
const AT_A_TIME = { host: 16, camera: 8, view: 4 } as const;
const BURST_SECONDS = 3;
/** Maximum unauthenticated connections of all hosts. */
const MOST_UNSETTLED = 512;
/**
 * When more than this many connections in a second were read and came to
 * nothing, and fewer were genuine, only a part of the rate is accepted: the
 * other ports must not feel a storm.
 */
const STORM_PER_SECOND = 400;
const STORM_PART = 1 / 4;
const WATCH_MS = 250;
/** Connections accepted in one go; each takes about 50 µs. */
const BATCH = 16;
const STORM_BATCH = 4;

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
  /** Addresses of many people, such as a proxy's: only the totals count. */
  readonly isUncounted?: (address: string) => boolean;
}

export class VideoTcpEdge {
  readonly #options: TcpEdgeOptions;
  readonly #acceptor: Acceptor<VideoLink>;
  readonly #refusals: Refusals;
  readonly #rates = new HostRates();
  /** The connections of each host, oldest first. */
  readonly #hosts = new Map<string, Set<VideoLink>>();
  readonly #links = new Set<VideoLink>();
  /** Connections since the last look that proved who they were, or did not. */
  #genuine = 0;
  #useless = 0;
  #watchedAt = 0;
  #isStorm = false;
  readonly #ports: LinkPorts;

  constructor(options: TcpEdgeOptions) {
    const { listener, limits, log, clock } = options;
    this.#options = options;
    this.#refusals = new Refusals(log, clock, "video refused");
    const { relay } = options;
    this.#ports = {
      relay,
      limits,
      clock,
      settled: (link) => {
        this.#genuine++;
        this.#acceptor.settled(link);
      },
      refused: (reason, address) => {
        relay.counters.refuse(reason);
        this.#refusals.note(reason, address);
      },
      failed: (error, address) =>
        this.#refusals.note("internal error", address, { error }),
      gone: (link) => {
        if (!link.isSettled) this.#useless++;
        this.#gone(link);
      },
    };
    this.#acceptor = new Acceptor<VideoLink>({
      listener,
      log,
      name: "video",
      refusals: this.#refusals,
      clock,
      // Each carries one request and one answer.
      tunes: false,
      batch: () => this.#isStorm ? STORM_BATCH : BATCH,
      perSecond: () =>
        limits.connectionsPerSecond * (this.#isStorm ? STORM_PART : 1),
      limits: () => ({
        total: limits.connections,
        yielding: MOST_UNSETTLED,
      }),
      refuse: (address) => this.#reasonToRefuse(address),
      onRefused: () => relay.counters.refuse("too many connections"),
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

  /** Closes late connections; must be called often. */
  tick(): void {
    const now = this.#options.clock();
    if (now - this.#watchedAt < WATCH_MS) return;
    this.#watch(now);
    for (const link of this.#links) if (now > link.deadline) link.giveUp();
  }

  #watch(now: number): void {
    const seconds = (now - this.#watchedAt) / 1000;
    this.#isStorm = this.#useless > this.#genuine &&
      this.#useless > STORM_PER_SECOND * seconds;
    this.#useless = this.#genuine = 0;
    this.#watchedAt = now;
  }

  /** Answers waiting GETs with a picture, and closes everything. */
  async shutdown(): Promise<void> {
    this.#acceptor.close();
    this.#options.relay.end();
    // Their answers are written in this turn of the event loop or the next.
    await new Promise((resolve) => setTimeout(resolve, 0));
    for (const link of this.#links) link.close();
  }

  #reasonToRefuse(address: string): string | undefined {
    const { cameras, clock, isUncounted } = this.#options;
    const key = sameHostKey(address);
    const load = cameras.atHost(key);
    // Banned addresses are among them: a ban ends the sessions there.
    if (load === undefined) return "nobody at this address has video";
    const now = clock();
    const crowded = this.#crowded(key, load, now);
    const isShared = crowded !== undefined && isUncounted?.(address);
    return isShared ? undefined : crowded;
  }

  /** Returns why this host is over its share, if it is. */
  #crowded(key: string, load: HostLoad, now: number): string | undefined {
    const perSecond = allowance(PER_SECOND, load);
    const rate = { perSecond, burst: BURST_SECONDS * perSecond };
    if (!this.#rates.take(key, rate, now)) {
      return "too many new connections from this address";
    }
    const links = this.#hosts.get(key);
    if (links === undefined || links.size < allowance(AT_A_TIME, load)) {
      return undefined;
    }
    return makeRoom(links)
      ? undefined
      : "too many connections from this address";
  }

  #serve(conn: Deno.TcpConn, address: string): VideoLink {
    const link = new VideoLink(conn, address, this.#ports);
    const key = sameHostKey(address);
    const links = this.#hosts.get(key);
    if (links === undefined) this.#hosts.set(key, new Set([link]));
    else links.add(link);
    this.#links.add(link);
    void link.run();
    return link;
  }

  #gone(link: VideoLink): void {
    this.#links.delete(link);
    this.#acceptor.released(link);
    const key = sameHostKey(link.address);
    const links = this.#hosts.get(key);
    if (links?.delete(link) && links.size === 0) this.#hosts.delete(key);
  }
}

/**
 * Closes the oldest unauthenticated connection. Clients authenticate
 * immediately, so idle connections cannot keep others at the same address out.
 */
function makeRoom(links: ReadonlySet<VideoLink>): boolean {
  for (const link of links) {
    if (link.isSettled) continue;
    link.yieldRoom("");
    return true;
  }
  return false;
}

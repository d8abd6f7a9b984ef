/**
 * The TCP side of the voice port: accepts links within the limits, and closes
 * those that send no hello.
 *
 * @module
 */

import { Acceptor } from "../net/acceptor.ts";
import { matcherOf } from "../net/networks.ts";
import type { Refusals } from "../net/refusals.ts";
import { TcpWire } from "../net/tcp_wire.ts";
import type { Wire } from "../net/wire.ts";
import type { VoiceLimits } from "./limits.ts";
import type { VoiceRelay } from "./relay.ts";
import type { VoiceOwner } from "./roster.ts";
import { TcpLink } from "./tcp_link.ts";

/** Burst of new connections after a pause, in seconds of the permitted rate. */
const BURST_SECONDS = 10;
/** Milliseconds that peers get to read their last frames at shutdown. */
const STOP_LINGER_MS = 200;
const STOP_MS = 1500;

export interface TcpEdgeOptions {
  readonly listener: Deno.TcpListener;
  readonly relay: VoiceRelay;
  readonly clock: () => number;
  readonly limits: VoiceLimits;
  readonly refusals: Refusals;
}

export class TcpEdge {
  readonly #options: TcpEdgeOptions;
  readonly #acceptor: Acceptor<TcpLink>;
  /** Oldest first. */
  readonly #links = new Set<TcpLink>();
  #tick = Promise.withResolvers<void>();

  constructor(options: TcpEdgeOptions) {
    this.#options = options;
    const { listener, limits, refusals, clock } = options;
    this.#acceptor = new Acceptor<TcpLink>({
      listener,
      log: refusals.log,
      name: "voice",
      refusals,
      clock,
      limits: () => ({
        total: limits.connections,
        perHost: limits.connectionsPerAddress,
        yielding: limits.halfOpen,
        yieldingPerHost: limits.halfOpenPerAddress,
        newPerSecond: limits.newPerSecond,
        newBurst: BURST_SECONDS * limits.newPerSecond,
      }),
      isUncounted: (address) => matcherOf(limits.uncounted)(address),
      open: (conn) => this.#open(new TcpWire(conn)),
    });
  }

  get connections(): number {
    return this.#links.size;
  }

  get halfOpen(): number {
    return this.#acceptor.yielding;
  }

  /** Accepts until {@linkcode TcpEdge.shutdown}. */
  run(): Promise<void> {
    return this.#acceptor.run();
  }

  /**
   * Serves a wire that another listener has accepted and a ticket has proved to
   * be `owner`'s. Returns false when it is refused.
   */
  adopt(wire: Wire, owner: VoiceOwner): boolean {
    const open = () => this.#open(wire, owner);
    return this.#acceptor.adopt(wire.remote.host, open) !== undefined;
  }

  /** Must be called about ten times per second. */
  tick(): void {
    const now = this.#options.clock();
    const { helloMs } = this.#options.limits;
    for (const link of this.#acceptor.unsettledFor(helloMs)) {
      link.yieldRoom("no hello in time");
    }
    for (const link of this.#links) link.tick(now);
    const ticked = this.#tick;
    this.#tick = Promise.withResolvers();
    ticked.resolve();
  }

  /** Ends every link between whole frames, within about a second. */
  async shutdown(): Promise<void> {
    const { clock } = this.#options;
    this.#acceptor.close();
    for (const link of this.#links) link.end("server stops", STOP_LINGER_MS);
    const until = clock() + STOP_MS;
    while (this.#links.size > 0 && clock() < until) await this.#tick.promise;
    for (const link of this.#links) link.abandon();
  }

  #open(wire: Wire, owner?: VoiceOwner): TcpLink {
    const { refusals } = this.#options;
    const link = new TcpLink({
      ...this.#options,
      wire,
      owner,
      greeted: (link) => this.#acceptor.settled(link),
      nextTick: () => this.#tick.promise,
    });
    this.#links.add(link);
    link.run().catch((error) => {
      refusals.note("internal error", link.address, { error });
      link.end("internal error");
    }).finally(() => {
      this.#links.delete(link);
      this.#acceptor.released(link);
    });
    return link;
  }
}

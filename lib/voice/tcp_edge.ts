/**
 * The TCP side of the voice port: accepts connections within the limits, and
 * ends those that do not say who they are.
 *
 * @module
 */

import type { VoiceLimits } from "./limits.ts";
import type { Refusals } from "../net/refusals.ts";
import type { VoiceRelay } from "./relay.ts";
import { plainAddress } from "../net/addresses.ts";
import { isOutOfResources } from "../net/accept_error.ts";
import { TcpWire } from "../net/tcp_wire.ts";
import { nextTurn, pause } from "../ops/turn.ts";
import { TcpLink } from "./tcp_link.ts";

/** So many connections are accepted at once, and then none for a moment. */
const ACCEPT_BATCH = 4;
const ACCEPT_BATCH_MS = 2;
/** Milliseconds to wait when the machine has no descriptor or memory left. */
const ACCEPT_PAUSE_MS = 50;
/** Milliseconds for peers to read their last frames, and for stuck ones. */
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
  /** Oldest first. */
  readonly #links = new Set<TcpLink>();
  readonly #halfOpen = new Set<TcpLink>();
  readonly #perAddress = new Map<string, number>();
  #closing = false;
  #tick = Promise.withResolvers<void>();

  constructor(options: TcpEdgeOptions) {
    this.#options = options;
  }

  get connections(): number {
    return this.#links.size;
  }

  get halfOpen(): number {
    return this.#halfOpen.size;
  }

  /** Accepts until {@linkcode TcpEdge.shutdown}. */
  async run(): Promise<void> {
    const { listener, refusals } = this.#options;
    for (let n = 1; !this.#closing; n++) {
      // A storm of connections must not fill a turn of the event loop.
      if (n % ACCEPT_BATCH === 0) await pause(ACCEPT_BATCH_MS);
      let conn: Deno.TcpConn;
      try {
        conn = await listener.accept();
      } catch (error) {
        if (this.#closing) return;
        if (!isOutOfResources(error)) {
          // Reset before it was accepted: the next one may be genuine.
          await nextTurn();
          continue;
        }
        refusals.note(`cannot accept: ${error}`, "");
        await pause(ACCEPT_PAUSE_MS);
        continue;
      }
      this.#accept(conn);
    }
  }

  /** To be called about ten times per second. */
  tick(): void {
    const now = this.#options.clock();
    const { helloMs } = this.#options.limits;
    for (const link of this.#halfOpen) {
      if (now - link.openedAt < helloMs) break;
      link.giveUp("no hello in time");
    }
    for (const link of this.#links) link.tick(now);
    const ticked = this.#tick;
    this.#tick = Promise.withResolvers();
    ticked.resolve();
  }

  /** Ends every link between whole frames, within about a second. */
  async shutdown(): Promise<void> {
    const { clock, listener } = this.#options;
    this.#closing = true;
    listener.close();
    for (const link of this.#links) link.end("server stops", STOP_LINGER_MS);
    const until = clock() + STOP_MS;
    while (this.#links.size > 0 && clock() < until) await this.#tick.promise;
    for (const link of this.#links) link.abandon();
  }

  #accept(conn: Deno.TcpConn): void {
    const { limits, refusals } = this.#options;
    const address = plainAddress(conn.remoteAddr.hostname);
    const here = this.#perAddress.get(address) ?? 0;
    if (
      this.#links.size >= limits.connections ||
      here >= limits.connectionsPerAddress
    ) {
      refusals.note("too many connections", address);
      return conn.close();
    }
    const link = new TcpLink({
      ...this.#options,
      wire: new TcpWire(conn),
      greeted: (link) => this.#halfOpen.delete(link),
      nextTick: () => this.#tick.promise,
    });
    this.#links.add(link);
    this.#halfOpen.add(link);
    this.#perAddress.set(address, here + 1);
    this.#makeRoom(address);
    link.run().catch((error) => {
      refusals.log.warn("voice link failed", { error, address });
      link.end("internal error");
    }).finally(() => this.#gone(link));
  }

  #gone(link: TcpLink): void {
    this.#links.delete(link);
    this.#halfOpen.delete(link);
    const left = (this.#perAddress.get(link.address) ?? 1) - 1;
    if (left > 0) this.#perAddress.set(link.address, left);
    else this.#perAddress.delete(link.address);
  }

  /**
   * Who means well says hello at once, so the oldest silent ones give way:
   * holding connections open keeps nobody out.
   */
  #makeRoom(address: string): void {
    const { halfOpen, halfOpenPerAddress } = this.#options.limits;
    if (this.#halfOpen.size > halfOpen) {
      for (const oldest of this.#halfOpen) {
        oldest.giveUp("too many silent connections");
        break;
      }
    }
    if ((this.#perAddress.get(address) ?? 0) <= halfOpenPerAddress) return;
    const silent = [...this.#halfOpen].filter((link) =>
      link.address === address
    );
    if (silent.length > halfOpenPerAddress) {
      silent[0]!.giveUp("too many silent connections");
    }
  }
}

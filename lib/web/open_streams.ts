/**
 * The open event streams: limits them per host and in total, and ends them at
 * shutdown.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import { type NetLog, Refusals } from "../net/refusals.ts";
import { YieldingConnections } from "../net/yielding_connections.ts";
import { type LiveFragments, STREAM_HEADERS } from "./live_fragments.ts";
import { Problem } from "./problem.ts";

interface OpenStream {
  readonly address: string;
  end(): void;
}

export class OpenStreams {
  readonly #open = new YieldingConnections<OpenStream>();
  readonly #limits: () => Config["limits"];
  readonly #isUncounted: (address: string) => boolean;
  readonly #refusals: Refusals;

  constructor(
    limits: () => Config["limits"],
    isUncounted: (address: string) => boolean,
    log: NetLog,
  ) {
    this.#limits = limits;
    this.#isUncounted = isUncounted;
    this.#refusals = new Refusals(
      log,
      () => performance.now(),
      "event stream refused",
    );
  }

  get count(): number {
    return this.#open.size;
  }

  /** Opens a stream of a page's changes. Throws {@linkcode Problem}. */
  follow(
    address: string,
    fragments: LiveFragments,
    mayWatch: () => boolean = () => true,
  ): Response {
    let end = () => {};
    const ended = this.enter(address, () => end());
    const started = (how: () => void) => {
      end = how;
    };
    return new Response(fragments.open({ mayWatch, started, ended }), {
      headers: STREAM_HEADERS,
    });
  }

  /**
   * Counts a stream, which `end` can end. Throws {@linkcode Problem} when its
   * host has too many; when there are too many in total, ends the oldest stream
   * of the host with the most. The returned function must be called when the
   * stream has ended.
   */
  enter(address: string, end: () => void): () => void {
    const most = Math.ceil(this.#limits().web_connections / 2);
    const own = Math.ceil(this.#limits().web_connections_per_address / 2);
    if (
      !this.#isUncounted(address) && this.#open.sizeOfHost(address) >= own
    ) {
      this.#refusals.note("too many from this address", address);
      throw new Problem(503, "Too many people look at this page.", 30);
    }
    if (this.#open.size >= most) {
      const [oldest] = this.#open.ofLargestHolder();
      if (oldest !== undefined) {
        this.#refusals.note(
          "too many in all: the oldest ended",
          oldest.address,
        );
        this.#open.delete(oldest);
        oldest.end();
      }
    }
    const one = { address, end };
    this.#open.add(one);
    return () => this.#open.delete(one);
  }

  /** Ends the streams of matching addresses; all streams at shutdown. */
  close(matches: (address: string) => boolean = () => true): void {
    for (const one of [...this.#open.all()]) {
      if (matches(one.address)) one.end();
    }
  }
}
